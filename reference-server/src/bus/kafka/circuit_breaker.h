// Whether sends go through the log or straight to the store: one opinion for all shards of an instance. Stage: bus.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "plumbline/base/clock.h"

namespace plumbline::serve {

// Open: the log does not confirm in time, sends go to PostgreSQL at once. It opens with the first send that waited too
// long and closes when none of the records that were under way then is still unreported and the brokers have confirmed
// one since: then every partition that stood still takes records again. Where no record is under way, a probe asks.
// Any thread; open() is one relaxed load, the rest is for the rare moments around an outage.
class CircuitBreaker {
 public:
  static constexpr Duration kProbeEvery = std::chrono::milliseconds{200};

  [[nodiscard]] bool open() const { return open_.load(std::memory_order_acquire); }
  // True when it was closed: whoever opened it tells all shards to divert what waits.
  bool trip(Time now);
  // Records under way whose report decides, counted while open: those diverted, and probes.
  void add_stuck(std::uint64_t records);
  bool stuck_reported(bool confirmed, Time now);  // true: this closed it
  // At most one caller in kProbeEvery gets true, while it is open and nothing is under way.
  [[nodiscard]] bool wants_probe(Time now);

  struct Figures {
    bool open{false};
    std::uint64_t opened{0};  // times
    Duration open_for{0};     // in all
  };
  [[nodiscard]] Figures figures(Time now) const;

 private:
  std::atomic<bool> open_{false};
  mutable std::mutex mutex_;
  std::uint64_t stuck_{0};
  bool confirmed_{false};
  Time opened_at_;
  Time last_probe_;
  std::uint64_t opened_{0};
  Duration closed_outages_{0};
};

}  // namespace plumbline::serve
