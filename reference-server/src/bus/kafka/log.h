// Ports between the bus on Kafka, the store's consumer and the fan-out: the log as the instance sees it. Stage: bus.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "bus/event_bus.h"
#include "plumbline/base/clock.h"
#include "service/done.h"

namespace plumbline::serve {

struct LogPosition {
  std::int32_t partition{0};
  std::int64_t offset{0};
};

// Hands records to the brokers. One per instance; callable from any shard, answers on the shard that called.
class LogProducer {
 public:
  virtual ~LogProducer() = default;
  // Errc::ok: on all in-sync replicas. Errc::unavailable: surely not in the log. Errc::timeout: unknown, it may still
  // appear; this happens only when the producer had to be re-created or is closed, a slow broker just takes long
  // (deadlines belong to the caller, kafka.md section 7.3). Errc::overflow: the bounded queue is full, not taken.
  virtual void produce(Topic topic, std::string key, std::string value, std::size_t home,
                       std::function<void(Errc, LogPosition)> reported) = 0;
  // The same for a record that must not come late: Errc::unavailable also when the log took it so late that every
  // reader leaves it out (record_age.h).
  virtual void produce_fresh(Topic topic, std::string key, std::string value, std::size_t home,
                             std::function<void(Errc, LogPosition)> reported) {
    produce(topic, std::move(key), std::move(value), home, std::move(reported));
  }
  // When a broker last confirmed anything; for the circuit breaker.
  [[nodiscard]] virtual Time last_report() const = 0;
};

// Every record of a topic's every partition, from the newest at start on, on whatever instance it was produced: what
// fan-out reads. The sink is called on a thread of the log, in order per partition.
using LogSink = std::function<void(Topic, BusBody, LogPosition)>;

// Takes messages when the log does not: commits them to PostgreSQL together with an outbox row that brings them to the
// log later, under the same ids (failover.md d.3 step 6). One per shard.
class DirectStore {
 public:
  virtual ~DirectStore() = default;
  // Errc::ok: committed. Again with the same id: ok, no change. Errc::conflict: the sequence id is another message's.
  // Errc::unavailable: nothing was done; Errc::timeout: unknown.
  virtual void commit(MessagePtr message, Done<void> done) = 0;
};

}  // namespace plumbline::serve
