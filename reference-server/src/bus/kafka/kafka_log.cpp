#include "bus/kafka/kafka_log.h"

#include <utility>

#include "bus/kafka/topics.h"

namespace plumbline::serve {
namespace {

Metric counter(const char* name, const char* help, std::uint64_t value) {
  return {name, help, true, static_cast<double>(value)};
}

Metric gauge(const char* name, const char* help, double value) {
  return {name, help, false, value};
}

void add(std::vector<Metric>& all, const KafkaBus::Counters& bus) {
  all.push_back(
      counter("plumbline_kafka_acknowledged_total", "Messages acknowledged by the brokers' report.", bus.by_log));
  all.push_back(counter("plumbline_kafka_direct_total", "Messages handed to PostgreSQL instead.", bus.by_store));
  all.push_back(counter("plumbline_kafka_repeated_total",
                        "Messages handed to PostgreSQL because the brokers fell silent right after confirming them.",
                        bus.repeated));
  all.push_back(counter("plumbline_kafka_unknown_total", "Sends whose outcome nobody knew in time.", bus.unknown));
  all.push_back(counter("plumbline_kafka_refused_total", "Sends that neither Kafka nor PostgreSQL took.", bus.refused));
  all.push_back(counter("plumbline_kafka_typing_dropped_total", "Typing events dropped while the circuit was open.",
                        bus.dropped_typing));
  all.push_back(gauge("plumbline_kafka_sends_waiting", "Sends that wait for a report or a commit.",
                      static_cast<double>(bus.waiting)));
}

void add(std::vector<Metric>& all, const KafkaLogProducer::Counters& producer) {
  all.push_back(counter("plumbline_kafka_produced_total", "Records handed to the producer.", producer.produced));
  all.push_back(counter("plumbline_kafka_confirmed_total", "Records on all in-sync replicas.", producer.confirmed));
  all.push_back(counter("plumbline_kafka_failed_total", "Records reported as failed.", producer.failed));
  all.push_back(counter("plumbline_kafka_overflow_total", "Records refused by a full queue.", producer.overflowed));
  all.push_back(counter("plumbline_kafka_producers_replaced_total", "Producers given up after a fatal error.",
                        producer.recreated));
  all.push_back(counter("plumbline_kafka_late_total", "Records that the log took too late to count.", producer.late));
  all.push_back(
      gauge("plumbline_kafka_queue_records", "Records in the producer's queue.", static_cast<double>(producer.queued)));
}

void add(std::vector<Metric>& all, const KafkaLogReader::Counters& reader) {
  all.push_back(counter("plumbline_kafka_records_read_total", "Records read for fan-out.", reader.records));
  all.push_back(
      counter("plumbline_kafka_records_undecodable_total", "Poison records met by fan-out.", reader.undecodable));
  all.push_back(
      counter("plumbline_kafka_records_late_total", "Records left out: the log took them too late.", reader.late));
  all.push_back(
      counter("plumbline_kafka_records_skipped_total", "Offsets that the brokers no longer had.", reader.skipped));
  all.push_back(
      counter("plumbline_kafka_readers_replaced_total", "Readers given up after a fatal error.", reader.recreated));
}

void add(std::vector<Metric>& all, const CircuitBreaker::Figures& circuit) {
  all.push_back(gauge("plumbline_kafka_circuit_open", "1 while sends go to PostgreSQL.", circuit.open ? 1 : 0));
  all.push_back(counter("plumbline_kafka_circuit_opened_total", "Times that the circuit opened.", circuit.opened));
  Metric seconds = gauge("plumbline_kafka_circuit_open_seconds_total", "Time that the circuit was open.",
                         std::chrono::duration<double>(circuit.open_for).count());
  seconds.monotonic = true;
  all.push_back(seconds);
}

}  // namespace

KafkaLog::KafkaLog(net::ShardPool& pool, const Clock& clock, KafkaOptions options, SendTable::Limits limits)
    : pool_(pool),
      clock_(clock),
      options_(std::move(options)),
      limits_(limits),
      producer_(pool, clock, options_),
      buses_(pool.size()) {}

void KafkaLog::prepare() {
  prepare_topics(options_, bus_topics());
}

std::unique_ptr<KafkaBus> KafkaLog::make_bus(std::size_t shard, DirectStore& direct, KafkaBus::Confirmed confirmed,
                                             std::function<bool()> refuses) {
  auto bus =
      std::make_unique<KafkaBus>(KafkaBus::Parts{pool_, shard, clock_, producer_, direct, circuit_,
                                                 [this] { tell_opened(); }, std::move(confirmed), std::move(refuses)},
                                 limits_);
  buses_[shard] = bus.get();
  return bus;
}

void KafkaLog::tell_opened() {
  for (std::size_t shard = 0; shard < buses_.size(); ++shard) {
    pool_.post_to(shard, [bus = buses_[shard]] { bus->on_opened(); });
  }
}

void KafkaLog::start(LogSink sink, KafkaLogReader::Places begin) {
  producer_.start();
  reader_ = std::make_unique<KafkaLogReader>(options_, std::move(sink), std::move(begin));
  reader_->start();
}

void KafkaLog::stop() {
  if (reader_) {
    reader_->stop();
  }
  producer_.stop();
}

bool KafkaLog::ready() const {
  return reader_ && reader_->ready();
}

Dependency KafkaLog::dependency() const {
  if (reader_ && reader_->brokers_away()) {
    return {"kafka", false, "no broker answers; messages go to PostgreSQL"};
  }
  if (!ready()) {
    return {"kafka", false, "the brokers have not said yet where the log ends"};
  }
  if (circuit_.open()) {
    return {"kafka", false, "the brokers do not confirm in time; messages go to PostgreSQL"};
  }
  return {"kafka", true, ""};
}

std::vector<Metric> KafkaLog::metrics(std::size_t shard) const {
  std::vector<Metric> all;
  add(all, buses_[shard]->counters());
  if (shard == 0) {
    add(all, producer_.counters());
    add(all, reader_ ? reader_->counters() : KafkaLogReader::Counters{});
    add(all, circuit_.figures(clock_.now()));
  }
  return all;
}

}  // namespace plumbline::serve
