// Brings what waits in the outbox into the log, under the ids that it has, and removes it once it is there. Stage:
// store.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bus/kafka/log.h"
#include "plumbline/base/clock.h"
#include "store/postgres/pg_session.h"

namespace plumbline::serve {

inline constexpr std::chrono::seconds kRelayLease{3};  // after it another instance takes over
inline constexpr std::chrono::milliseconds kRelayPause{250};
inline constexpr std::size_t kRelayPage = 200;  // in the producer at one time

struct OutboxRelayCounters {
  std::uint64_t published{0};
  std::uint64_t refused{0};   // not taken or not confirmed by the log: tried again
  std::uint64_t failures{0};  // statements without success
};

// One per instance, used on its shard; of all instances one works at a time, by a lease in PostgreSQL. A relay that
// dies between publishing and removing, or two at once, make duplicates, which every reader drops by id.
class OutboxRelay {
 public:
  OutboxRelay(PgSession& session, LogProducer& producer, std::string instance, std::size_t shard)
      : session_(session), producer_(producer), instance_(std::move(instance)), shard_(shard) {}
  ~OutboxRelay() { *alive_ = false; }
  OutboxRelay(const OutboxRelay&) = delete;
  OutboxRelay& operator=(const OutboxRelay&) = delete;

  // Starts the next round when the last one is done and it is time to. Every 100 ms or more often.
  void tick(Time now);
  [[nodiscard]] bool working() const { return working_; }           // this instance is the one
  [[nodiscard]] std::uint64_t waiting() const { return waiting_; }  // rows of the last round
  [[nodiscard]] const OutboxRelayCounters& counters() const { return counters_; }

 private:
  struct Round {
    std::vector<std::int64_t> published;
    std::size_t unsettled{0};
  };

  void claim();
  void read();
  void publish(const PgRows& rows);
  void settled(const std::shared_ptr<Round>& round);
  void finish(bool more);

  PgSession& session_;
  LogProducer& producer_;
  std::string instance_;
  std::size_t shard_;
  std::shared_ptr<bool> alive_{std::make_shared<bool>(true)};
  bool busy_{false};
  bool working_{false};
  std::uint64_t waiting_{0};
  Time now_{};
  Time next_{};
  OutboxRelayCounters counters_;
};

}  // namespace plumbline::serve
