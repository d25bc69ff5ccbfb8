// Port EventBus on Kafka and PostgreSQL: a message is acknowledged from the brokers' report, or from a commit when that
// does not come in time. Stage: bus.
#pragma once

#include <deque>
#include <functional>

#include "bus/kafka/circuit_breaker.h"
#include "bus/kafka/log.h"
#include "bus/kafka/send_table.h"
#include "plumbline/base/random.h"
#include "plumbline/net/shard_pool.h"

namespace plumbline::serve {

// One per shard; used there. Messages: failover.md d.3. Typing is settled at once and dropped while the circuit is
// open; receipts and notices are settled at once too, because PostgreSQL has them already: the log only tells others.
class KafkaBus final : public EventBus {
 public:
  // Told of each message that the brokers confirmed, before its sender is.
  using Confirmed = std::function<void(const MessagePtr&, LogPosition)>;
  struct Parts {
    net::ShardPool& pool;
    std::size_t shard;
    const Clock& clock;
    LogProducer& log;
    DirectStore& direct;
    CircuitBreaker& circuit;  // the instance's
    // Runs `KafkaBus::on_opened` on every shard, this one included.
    std::function<void()> tell_opened;
    Confirmed confirmed{};
    std::function<bool()> refuses{};  // true: no message may be accepted now
  };
  struct Counters {
    std::uint64_t by_log{0};    // messages answered ok by the brokers' report
    std::uint64_t by_store{0};  // handed to PostgreSQL
    std::uint64_t repeated{0};  // confirmed by the log, and handed to PostgreSQL as well
    std::uint64_t unknown{0};   // answered Errc::timeout
    std::uint64_t refused{0};   // answered Errc::unavailable, table full included
    std::uint64_t dropped_typing{0};
    std::uint64_t waiting{0};  // entries at this moment
  };

  KafkaBus(Parts parts, SendTable::Limits limits);

  void publish(BusBody body, Settled settled) override;
  // Nothing: a record comes back by the log, on every instance, and FanOut takes it there.
  void subscribe(Topic topic, Consumer consumer) override;

  void tick(Time now);  // every 100 ms
  // The circuit has opened. What waits goes to PostgreSQL, and so does what the brokers confirmed right before: it is
  // safe, but an instance that had not read it yet cannot until they are back, while what is numbered after it comes.
  void on_opened();
  [[nodiscard]] Counters counters() const;

 private:
  struct Fresh {
    MessagePtr message;
    Time confirmed_at;
  };
  void publish_message(MessagePtr message, Settled settled);
  void to_log(MessagePtr message, Settled settled);
  void tell_others(const BusBody& body);
  void on_report(SendTable::Id id, Errc outcome);
  void stuck_reported(Errc outcome);
  void note_confirmed(const MessagePtr& message);
  void trip();
  void divert();
  void probe();
  // Does what the table wants done, until it wants nothing.
  void act();

  Parts parts_;
  SendTable table_;
  std::deque<Fresh> fresh_;  // what the log confirmed last
  Rng rng_;
  Counters counters_;
  bool acting_{false};
  bool checking_{false};
};

}  // namespace plumbline::serve
