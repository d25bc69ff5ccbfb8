// Stores the records of chat-messages in PostgreSQL, each with its effect exactly once (failover.md d.5). Stage: bus.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "bus/kafka/kafka_options.h"
#include "store/recent_messages.h"

namespace plumbline::serve {

inline constexpr const char* kStoreGroup = "message-delivery-group";

struct StoreConsumerOptions {
  KafkaOptions kafka;    // the instance's name is its static membership of the group
  std::string postgres;  // the primary
  // Shorter than an outage of the group's coordinator is fatal for a static member (kafka.md section 7.2).
  std::chrono::milliseconds session{30'000};
  std::chrono::milliseconds heartbeat{1'500};
};

struct StoreConsumerCounters {
  std::uint64_t stored{0};       // messages
  std::uint64_t copies{0};       // records of messages that were stored before
  std::uint64_t collisions{0};   // messages stored under another sequence id, theirs was taken: the fence failed
  std::uint64_t dead{0};         // records in dead_letters
  std::uint64_t epoch_falls{0};  // a higher sequence id with a lower epoch: the fence failed
  std::uint64_t batches{0};
  std::uint64_t retries{0};     // batches that PostgreSQL did not take at once
  std::uint64_t fenced{0};      // batches given up because another instance has the partition
  std::uint64_t recreated{0};   // clients given up after a fatal error
  std::uint64_t partitions{0};  // stored by this instance now
  std::uint64_t records_behind{0};
  double seconds_behind{0};  // age of the oldest record that is not stored, of the partitions here
};

// One per instance: a member of the group, on a thread of its own.
class StoreConsumer {
 public:
  // `moved` is called on the consumer's thread whenever positions rose; neither may outlive what they refer to.
  StoreConsumer(StoreConsumerOptions options, StoredPositions& positions, std::function<void()> moved);
  ~StoreConsumer();  // stops
  StoreConsumer(const StoreConsumer&) = delete;
  StoreConsumer& operator=(const StoreConsumer&) = delete;

  void start();
  void stop();  // within some five seconds; what was not stored is read again by whoever comes next

  // The group gave this instance its share, which may be none. Any thread, like the rest.
  [[nodiscard]] bool ready() const { return ready_.load(); }
  [[nodiscard]] StoreConsumerCounters counters() const;
  // For tests: its client fails for good.
  void provoke_fatal_error() { fail_.store(true); }
  [[nodiscard]] std::string trouble() const;  // one sentence while nothing can be stored; empty otherwise

 private:
  class Member;

  void run();

  const StoreConsumerOptions options_;
  StoredPositions& positions_;
  std::function<void()> moved_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> ready_{false};
  std::atomic<bool> fail_{false};
  mutable std::mutex telling_;
  StoreConsumerCounters counters_;  // guarded by telling_
  std::string trouble_;             // guarded by telling_
  std::condition_variable stop_asked_;
  std::thread thread_;
};

// Where each partition of chat-messages is stored up to, read once: the fan-out of an instance that starts reads the
// log from there, so that what is not stored yet is known here. Blocks for a few seconds at most. Errc::unavailable.
[[nodiscard]] Result<std::map<std::int32_t, std::int64_t>> read_stored_positions(const std::string& postgres);

}  // namespace plumbline::serve
