#include "bus/kafka/log_producer.h"

#include <utility>

#include "bus/kafka/record.h"
#include "bus/kafka/record_age.h"
#include "plumbline/base/log.h"
#include "service/wall_millis.h"

namespace plumbline::serve {
namespace {

constexpr int kServeMillis = 50;
// A record may wait this long inside librdkafka: one that expires in flight breaks idempotence, so nothing that ends
// sooner is a fault of the producer. Callers have deadlines of their own.
constexpr const char* kMessageTimeoutMillis = "300000";
constexpr auto kPurgeWithin = std::chrono::seconds{5};

using TopicHandle = Owned<rd_kafka_topic_t, rd_kafka_topic_destroy>;

}  // namespace

struct KafkaLogProducer::Sent {
  std::size_t home;
  std::function<void(Errc, LogPosition)> reported;
  std::optional<UnixMillis> sent;  // set: void when the log takes it late
  Time handed_over{};
};

struct KafkaLogProducer::Client {
  KafkaClient handle;
  std::array<TopicHandle, kTopics> topics;  // destroyed before their client
};

KafkaLogProducer::KafkaLogProducer(net::ShardPool& pool, const Clock& clock, KafkaOptions options)
    : pool_(pool), clock_(clock), options_(std::move(options)), answers_(pool.size()) {}

KafkaLogProducer::~KafkaLogProducer() {
  stop();
}

std::unique_ptr<KafkaLogProducer::Client> KafkaLogProducer::make_client() {
  ClientConfig config(options_);
  config.set("acks", "all")
      .set("enable.idempotence", "true")
      .set("request.timeout.ms", std::to_string(options_.request_timeout.count()))
      .set("linger.ms", std::to_string(options_.linger.count()))
      .set("message.timeout.ms", kMessageTimeoutMillis)
      .set("message.max.bytes", std::to_string(kMaxRecordBytes))
      .set("retry.backoff.ms", "50")
      .set("queue.buffering.max.messages", "100000")
      .set("queue.buffering.max.kbytes", "65536")
      .set("partitioner", "murmur2_random")
      .opaque(this)
      .on_report(&KafkaLogProducer::on_report);
  auto client = std::make_unique<Client>();
  client->handle = config.make(RD_KAFKA_PRODUCER);
  for (std::size_t topic = 0; topic < kTopics; ++topic) {
    const std::string name{topic_name(static_cast<Topic>(topic))};
    client->topics[topic].reset(rd_kafka_topic_new(client->handle.get(), name.c_str(), nullptr));
  }
  return client;
}

void KafkaLogProducer::start() {
  client_ = make_client();
  poller_ = std::thread([this] { run(); });
}

void KafkaLogProducer::produce(Topic topic, std::string key, std::string value, std::size_t home, Reported reported) {
  hand_over(topic, key, value, std::make_unique<Sent>(Sent{home, std::move(reported), std::nullopt, {}}));
}

void KafkaLogProducer::produce_fresh(Topic topic, std::string key, std::string value, std::size_t home,
                                     Reported reported) {
  hand_over(topic, key, value,
            std::make_unique<Sent>(Sent{home, std::move(reported), wall_millis(clock_), clock_.now()}));
}

// The client owns `sent` from here on, unless it refuses the record. It copies the value and the header.
rd_kafka_resp_err_t KafkaLogProducer::enqueue(Client& client, Topic topic, const std::string& key, std::string& value,
                                              Sent& sent) {
  std::array<rd_kafka_vu_t, 7> parts{};
  std::size_t count = 0;
  const auto part = [&](rd_kafka_vtype_t kind) -> decltype(parts[0].u)& {
    parts[count].vtype = kind;
    return parts[count++].u;
  };
  part(RD_KAFKA_VTYPE_RKT).rkt = client.topics[static_cast<std::size_t>(topic)].get();
  part(RD_KAFKA_VTYPE_PARTITION).i32 = RD_KAFKA_PARTITION_UA;
  part(RD_KAFKA_VTYPE_MSGFLAGS).i = RD_KAFKA_MSG_F_COPY;
  part(RD_KAFKA_VTYPE_VALUE).mem = {value.data(), value.size()};
  part(RD_KAFKA_VTYPE_KEY).mem = {const_cast<char*>(key.data()), key.size()};
  part(RD_KAFKA_VTYPE_OPAQUE).ptr = &sent;
  std::string when;
  if (sent.sent) {
    when = std::to_string(*sent.sent);
    part(RD_KAFKA_VTYPE_HEADER).header = {kSentHeader, when.data(), static_cast<ssize_t>(when.size())};
  }
  const Owned<rd_kafka_error_t, rd_kafka_error_destroy> refused(
      rd_kafka_produceva(client.handle.get(), parts.data(), count));
  return refused ? rd_kafka_error_code(refused.get()) : RD_KAFKA_RESP_ERR_NO_ERROR;
}

void KafkaLogProducer::hand_over(Topic topic, const std::string& key, std::string& value, std::unique_ptr<Sent> sent) {
  rd_kafka_resp_err_t refused = RD_KAFKA_RESP_ERR__STATE;
  {
    const std::shared_lock shared(replacing_);
    if (client_ && !stopping_) {
      refused = enqueue(*client_, topic, key, value, *sent);
    }
  }
  if (refused == RD_KAFKA_RESP_ERR_NO_ERROR) {
    [[maybe_unused]] const Sent* const owned_by_the_client = sent.release();
    produced_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const bool full = refused == RD_KAFKA_RESP_ERR__QUEUE_FULL;
  overflowed_.fetch_add(full ? 1 : 0, std::memory_order_relaxed);
  refuse(sent->home, full ? Errc::overflow : Errc::unavailable, std::move(sent->reported));
}

void KafkaLogProducer::refuse(std::size_t home, Errc outcome, std::function<void(Errc, LogPosition)> reported) {
  pool_.post_to(home, [reported = std::move(reported), outcome] { reported(outcome, LogPosition{}); });
}

// Of a record that is in the log: whether it counts.
Errc KafkaLogProducer::judge(const rd_kafka_message_t& record, const Sent& sent) {
  if (!sent.sent) {
    return Errc::ok;
  }
  if (is_void(record, sent.sent)) {
    late_.fetch_add(1, std::memory_order_relaxed);
    return Errc::unavailable;
  }
  const bool in_time = appended_at(record).has_value() || clock_.now() - sent.handed_over <= kFreshFor;
  return in_time ? Errc::ok : Errc::timeout;
}

// On the poll thread, from within rd_kafka_poll.
void KafkaLogProducer::on_report(rd_kafka_t* client, const rd_kafka_message_t* message, void* self) {
  auto& producer = *static_cast<KafkaLogProducer*>(self);
  std::unique_ptr<Sent> sent(static_cast<Sent*>(message->_private));
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    producer.last_report_.store(producer.clock_.now(), std::memory_order_relaxed);
    producer.confirmed_.fetch_add(1, std::memory_order_relaxed);
    const Errc outcome = producer.judge(*message, *sent);
    producer.collect(std::move(sent), outcome, {message->partition, message->offset});
    return;
  }
  producer.failed_.fetch_add(1, std::memory_order_relaxed);
  // After a fatal error what librdkafka believes of its own requests is not to be relied on.
  const bool absent = rd_kafka_message_status(message) == RD_KAFKA_MSG_STATUS_NOT_PERSISTED && !is_fatal(client) &&
                      message->err != RD_KAFKA_RESP_ERR__FATAL;
  producer.collect(std::move(sent), absent ? Errc::unavailable : Errc::timeout, {});
}

void KafkaLogProducer::collect(std::unique_ptr<Sent> sent, Errc outcome, LogPosition position) {
  answers_[sent->home].push_back({std::move(sent->reported), outcome, position});
}

void KafkaLogProducer::post_answers() {
  for (std::size_t home = 0; home < answers_.size(); ++home) {
    if (answers_[home].empty()) {
      continue;
    }
    pool_.post_to(home, [batch = std::exchange(answers_[home], {})] {
      for (const Answer& answer : batch) {
        answer.reported(answer.outcome, answer.position);
      }
    });
  }
}

void KafkaLogProducer::run() {
  std::string reason;
  while (!stopping_) {
    rd_kafka_poll(client_->handle.get(), kServeMillis);
    if (is_fatal(client_->handle.get(), &reason)) {
      replace_client(reason);  // before anybody hears of it and sends again
    }
    post_answers();
  }
}

void KafkaLogProducer::replace_client(const std::string& reason) {
  log::error("kafka_producer_replaced", {{"reason", reason}});
  std::unique_ptr<Client> old = make_client();
  {
    const std::unique_lock whole(replacing_);
    client_.swap(old);
  }
  recreated_.fetch_add(1, std::memory_order_relaxed);
  give_up(*old);
}

// Everything that the client still has is reported now.
void KafkaLogProducer::give_up(Client& client) {
  rd_kafka_purge(client.handle.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  const Time deadline = steady_now() + kPurgeWithin;
  while (rd_kafka_outq_len(client.handle.get()) > 0 && steady_now() < deadline) {
    rd_kafka_poll(client.handle.get(), kServeMillis);
  }
  post_answers();
}

void KafkaLogProducer::stop() {
  if (!poller_.joinable()) {
    return;
  }
  stopping_ = true;
  poller_.join();
  std::unique_ptr<Client> last;
  {
    const std::unique_lock whole(replacing_);
    last.swap(client_);
  }
  rd_kafka_flush(last->handle.get(), static_cast<int>(options_.close_within.count()));
  give_up(*last);
}

Time KafkaLogProducer::last_report() const {
  return last_report_.load(std::memory_order_relaxed);
}

KafkaLogProducer::Counters KafkaLogProducer::counters() const {
  Counters all{produced_, confirmed_, failed_, overflowed_, recreated_, late_, 0};
  const std::shared_lock shared(replacing_);
  if (client_) {
    all.queued = static_cast<std::uint64_t>(rd_kafka_outq_len(client_->handle.get()));
  }
  return all;
}

void KafkaLogProducer::provoke_fatal_error() {
  const std::shared_lock shared(replacing_);
  rd_kafka_test_fatal_error(client_->handle.get(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                            "provoked by a test");
}

}  // namespace plumbline::serve
