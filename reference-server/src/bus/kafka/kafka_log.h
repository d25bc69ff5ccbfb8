// What one instance has of Kafka, put together: topics, producer, reader, circuit, and a bus for each shard. Stage:
// bus.
#pragma once

#include <memory>
#include <vector>

#include "bus/kafka/kafka_bus.h"
#include "bus/kafka/log_producer.h"
#include "bus/kafka/log_reader.h"
#include "gateway/application.h"

namespace plumbline::serve {

// Outlives the shards. In this order: prepare, make_bus for every shard, start, (shards run), stop.
class KafkaLog {
 public:
  KafkaLog(net::ShardPool& pool, const Clock& clock, KafkaOptions options, SendTable::Limits limits = {});

  // Throws std::runtime_error, as prepare_topics does.
  void prepare();
  // `direct` is that shard's and outlives the bus. The caller owns the bus and destroys it on its shard or when none
  // runs. `confirmed`, `refuses`: see KafkaBus.
  [[nodiscard]] std::unique_ptr<KafkaBus> make_bus(std::size_t shard, DirectStore& direct,
                                                   KafkaBus::Confirmed confirmed = {},
                                                   std::function<bool()> refuses = {});
  // The sink gets every record from `begin` on, where chat-messages are concerned, else from the newest.
  void start(LogSink sink, KafkaLogReader::Places begin = {});
  void stop();

  [[nodiscard]] LogProducer& producer() { return producer_; }  // after start()
  [[nodiscard]] bool late() const { return circuit_.open(); }  // any thread: sends go to PostgreSQL
  [[nodiscard]] bool ready() const;                            // any thread: what is produced now will be read
  // Any thread. While the circuit is open Kafka is not needed, and still usable is false with the reason.
  [[nodiscard]] Dependency dependency() const;
  // On that shard: its bus; on shard 0 also what all shards share.
  [[nodiscard]] std::vector<Metric> metrics(std::size_t shard) const;

 private:
  void tell_opened();

  net::ShardPool& pool_;
  const Clock& clock_;
  const KafkaOptions options_;
  const SendTable::Limits limits_;
  CircuitBreaker circuit_;
  KafkaLogProducer producer_;
  std::unique_ptr<KafkaLogReader> reader_;
  std::vector<KafkaBus*> buses_;
};

}  // namespace plumbline::serve
