// Typing indicators and read receipts that were caused and have not been seen yet: who waits for what, since when.
// Bounded: entries older than their time are dropped and counted. Pure. Stage: workload.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>

#include "plumbline/base/clock.h"

namespace plumbline::load {

// One entry per (conversation, user): a second cause while the first is open is not measured, as its effect could not
// be told from the first one's.
class PendingSignals {
 public:
  explicit PendingSignals(Duration patience, std::size_t limit = 100'000) : patience_(patience), limit_(limit) {}

  struct Cause {
    Time intended;
    Time began;
    std::uint32_t expected;  // receivers that shall see it
    std::uint64_t mark;      // what identifies the effect besides the pair, 0 for typing
    bool seen{false};
  };

  // False when the pair is busy or the bound is reached.
  bool open(std::uint32_t conversation, std::uint32_t user, const Cause& cause);
  // The cause of an effect that one receiver saw; `first` says that nobody saw it before.
  struct Match {
    Cause cause;
    bool first;
  };
  std::optional<Match> effect(std::uint32_t conversation, std::uint32_t user, std::uint64_t mark);
  // Drops what is too old, telling of each one that nobody saw. O(1) per dropped entry.
  void expire(Time now, const std::function<void(const Cause&)>& unseen);
  [[nodiscard]] std::size_t unseen() const { return unseen_; }
  [[nodiscard]] Time next_due() const;

 private:
  static std::uint64_t key(std::uint32_t conversation, std::uint32_t user) {
    return (std::uint64_t{conversation} << 32U) | user;
  }
  struct Born {
    Time intended;
    std::uint64_t key;
  };

  Duration patience_;
  std::size_t limit_;
  std::size_t unseen_{0};
  std::unordered_map<std::uint64_t, Cause> open_;
  std::deque<Born> order_;
};

}  // namespace plumbline::load
