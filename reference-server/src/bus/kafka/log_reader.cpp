#include "bus/kafka/log_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "bus/kafka/record.h"
#include "bus/kafka/record_age.h"
#include "plumbline/base/log.h"

namespace plumbline::serve {
namespace {

constexpr int kPollMillis = 100;
constexpr int kWatermarkMillis = 2000;
constexpr auto kPause = std::chrono::milliseconds{100};
constexpr auto kBetweenLooks = std::chrono::milliseconds{500};
constexpr int kLookMillis = 200;
constexpr std::uint64_t kWarnings = 10;  // of poison, for each reader

using Metadata = Owned<const rd_kafka_metadata_t, rd_kafka_metadata_destroy>;
using Fetched = Owned<rd_kafka_message_t, rd_kafka_message_destroy>;
using PartitionList = Owned<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;

std::string name_text(Topic topic) {
  return std::string{topic_name(topic)};
}

}  // namespace

KafkaLogReader::KafkaLogReader(KafkaOptions options, LogSink sink, Places begin)
    : options_(std::move(options)), sink_(std::move(sink)), begin_(std::move(begin)) {}

KafkaLogReader::~KafkaLogReader() {
  stop();
}

void KafkaLogReader::start() {
  thread_ = std::thread([this] { run(); });
}

void KafkaLogReader::stop() {
  if (!thread_.joinable()) {
    return;
  }
  {
    const std::lock_guard lock(pausing_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void KafkaLogReader::pause() {
  std::unique_lock lock(pausing_);
  wake_.wait_for(lock, kPause, [this] { return stopping_.load(); });
}

void KafkaLogReader::run() {
  while (!stopping_) {
    if (!client_ && !open()) {
      close();
      pause();
      continue;
    }
    read_one();
  }
  close();
}

bool KafkaLogReader::open() {
  ClientConfig config(options_);
  // librdkafka wants a group's name for rd_kafka_assign; no group is joined and nothing is committed to it.
  config.set("group.id", "fan-out-" + options_.instance)
      .set("enable.auto.commit", "false")
      .set("enable.auto.offset.store", "false")
      .set("auto.offset.reset", "error")
      .set("fetch.error.backoff.ms", "50")
      .set("queued.min.messages", "10000")
      .set("queued.max.messages.kbytes", "4096")
      .opaque(this)
      .on_error([](rd_kafka_t*, int error, const char*, void* self) {
        if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
          static_cast<KafkaLogReader*>(self)->away_ = true;
        }
      });
  {
    KafkaClient made = config.make(RD_KAFKA_CONSUMER);
    rd_kafka_poll_set_consumer(made.get());
    const std::lock_guard lock(replacing_);
    client_ = std::move(made);
  }
  if (!placed_ && !find_places()) {
    return false;
  }
  placed_ = true;
  assign();
  ready_ = unread_.empty();
  return true;
}

void KafkaLogReader::close() {
  const std::lock_guard lock(replacing_);
  if (client_) {
    // There is no group to leave, and a frozen broker is not to be waited for.
    rd_kafka_destroy_flags(client_.release(), RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
}

bool KafkaLogReader::find_places() {
  const rd_kafka_metadata_t* found = nullptr;
  if (rd_kafka_metadata(client_.get(), 1, nullptr, &found, kWatermarkMillis) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return false;
  }
  const Metadata metadata(found);
  std::size_t topics = 0;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& listed = metadata->topics[i];
    const auto topic = find_topic(listed.topic);
    if (!topic || listed.partition_cnt == 0) {
      continue;
    }
    ++topics;
    for (std::int32_t partition = 0; partition < listed.partition_cnt; ++partition) {
      if (!places_of(*topic).contains(partition) && !find_place(*topic, partition)) {
        return false;
      }
    }
  }
  return topics == kTopics;
}

bool KafkaLogReader::find_place(Topic topic, std::int32_t partition) {
  std::int64_t low = 0;
  std::int64_t high = 0;
  if (rd_kafka_query_watermark_offsets(client_.get(), name_text(topic).c_str(), partition, &low, &high,
                                       kWatermarkMillis) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return false;
  }
  std::int64_t begin = high;
  if (const auto named = begin_.find(partition); topic == Topic::chat_messages && named != begin_.end()) {
    begin = std::clamp(named->second, low, high);
    if (begin < high) {
      unread_[partition] = high;
    }
  }
  places_of(topic)[partition] = begin;
  return true;
}

void KafkaLogReader::assign() {
  const PartitionList list(rd_kafka_topic_partition_list_new(32));
  for (std::size_t topic = 0; topic < kTopics; ++topic) {
    const std::string name = name_text(static_cast<Topic>(topic));
    for (const auto& [partition, place] : places_[topic]) {
      rd_kafka_topic_partition_list_add(list.get(), name.c_str(), partition)->offset = place;
    }
  }
  rd_kafka_assign(client_.get(), list.get());
}

void KafkaLogReader::read_one() {
  const Fetched message(rd_kafka_consumer_poll(client_.get(), kPollMillis));
  if (message && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    away_ = false;
    take(*message);
    return;
  }
  look_for_brokers();
  if (message && message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
    move_into_range(*message);
  }
  std::string reason;
  if (is_fatal(client_.get(), &reason)) {
    log::error("kafka_reader_replaced", {{"reason", reason}});
    recreated_.fetch_add(1, std::memory_order_relaxed);
    close();
  }
}

// librdkafka tells when the last connection ends, not when there is one again.
void KafkaLogReader::look_for_brokers() {
  if (!away_ || steady_now() - looked_ < kBetweenLooks) {
    return;
  }
  const rd_kafka_metadata_t* found = nullptr;
  if (rd_kafka_metadata(client_.get(), 0, nullptr, &found, kLookMillis) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const Metadata known(found);
    away_ = known->broker_cnt == 0;
  }
  looked_ = steady_now();
}

void KafkaLogReader::take(const rd_kafka_message_t& message) {
  const auto topic = find_topic(rd_kafka_topic_name(message.rkt));
  if (!topic) {
    return;
  }
  std::int64_t& place = places_of(*topic)[message.partition];
  if (message.offset < place) {
    return;  // fetched before the client was told where to go on
  }
  place = message.offset + 1;
  if (is_void(message, sent_at(message))) {
    late_.fetch_add(1, std::memory_order_relaxed);
    note_read(*topic, message.partition);
    return;
  }
  const std::string_view value(static_cast<const char*>(message.payload), message.len);
  Result<BusBody> body = decode_record(*topic, value);
  if (body.has_error()) {
    undecodable_.fetch_add(1, std::memory_order_relaxed);
    if (warned_ < kWarnings) {
      ++warned_;
      log::warn("kafka_record_undecodable", {{"topic", name_text(*topic)},
                                             {"partition", std::to_string(message.partition)},
                                             {"offset", std::to_string(message.offset)},
                                             {"why", std::string{body.error().where}}});
    }
  } else {
    records_.fetch_add(1, std::memory_order_relaxed);
    sink_(*topic, std::move(body.value()), {message.partition, message.offset});
  }
  note_read(*topic, message.partition);
}

void KafkaLogReader::note_read(Topic topic, std::int32_t partition) {
  const auto end = topic == Topic::chat_messages ? unread_.find(partition) : unread_.end();
  if (end != unread_.end() && places_of(topic)[partition] >= end->second) {
    unread_.erase(end);
    ready_ = unread_.empty();
  }
}

// Our place is one that the brokers do not have: aged out while this instance was stopped, or lost with their disks.
void KafkaLogReader::move_into_range(const rd_kafka_message_t& message) {
  const auto topic = message.rkt == nullptr ? std::nullopt : find_topic(rd_kafka_topic_name(message.rkt));
  if (!topic) {
    return;
  }
  const std::int64_t place = places_of(*topic)[message.partition];
  std::int64_t low = 0;
  std::int64_t high = 0;
  if (rd_kafka_query_watermark_offsets(client_.get(), name_text(*topic).c_str(), message.partition, &low, &high,
                                       kWatermarkMillis) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const std::int64_t inside = std::clamp(place, low, high);
    skipped_.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(inside - place, 0)),
                       std::memory_order_relaxed);
    places_of(*topic)[message.partition] = inside;
    note_read(*topic, message.partition);
    log::error("kafka_place_out_of_range", {{"topic", name_text(*topic)},
                                            {"partition", std::to_string(message.partition)},
                                            {"was", std::to_string(place)},
                                            {"now", std::to_string(inside)}});
  }
  close();  // the next one goes on from all places, this one among them
}

KafkaLogReader::Counters KafkaLogReader::counters() const {
  return {records_, undecodable_, late_, skipped_, recreated_};
}

void KafkaLogReader::provoke_fatal_error() {
  const std::lock_guard lock(replacing_);
  if (client_) {
    rd_kafka_test_fatal_error(client_.get(), RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, "provoked by a test");
  }
}

}  // namespace plumbline::serve
