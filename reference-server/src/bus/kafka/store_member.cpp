#include "bus/kafka/store_member.h"

#include <algorithm>

#include "bus/kafka/record.h"
#include "bus/kafka/record_age.h"
#include "plumbline/base/log.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t kBatchRecords = 500;
constexpr std::size_t kBatchBytes = std::size_t{4} << 20U;
constexpr Duration kGatherFor = 50ms;   // for more records after the first one: the brokers answer one by one
constexpr Duration kIdlePoll = 50ms;    // how long a poll waits when nothing is at hand
constexpr Duration kFirstPause = 50ms;  // after a failure of PostgreSQL
constexpr Duration kLongestPause = 500ms;
constexpr Duration kFencedFor = 2s;   // a partition that another instance writes, before it is claimed again
constexpr Duration kRefresh = 250ms;  // of the positions that others store
constexpr Duration kCommitEach = 1s;  // of the group's offsets, which only lag monitors read

int poll_millis(Duration duration) {
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(std::max(duration, Duration::zero())).count());
}

std::string bytes_of(const void* data, std::size_t size) {
  return data == nullptr ? std::string{} : std::string{static_cast<const char*>(data), size};
}

}  // namespace

StoreConsumer::Member::Member(StoreConsumer& owner, LogWriter& writer, DeadLetterTopic& dead_letters,
                              EpochWatch& epochs)
    : owner_(owner), writer_(writer), dead_letters_(dead_letters), epochs_(epochs) {
  const StoreConsumerOptions& options = owner.options_;
  ClientConfig config(options.kafka);
  config.set("group.id", kStoreGroup)
      .set("group.instance.id", options.kafka.instance)
      .set("partition.assignment.strategy", "cooperative-sticky")
      .set("session.timeout.ms", std::to_string(options.session.count()))
      .set("heartbeat.interval.ms", std::to_string(options.heartbeat.count()))
      .set("max.poll.interval.ms", std::to_string(std::max<std::int64_t>(60'000, options.session.count())))
      .set("enable.auto.commit", "false")
      .set("enable.auto.offset.store", "false")
      .set("auto.offset.reset", "earliest")
      .set("fetch.min.bytes", "1000000")  // nobody waits for the store: ten fetches a second, not one per append
      .set("fetch.wait.max.ms", "100")
      .set("fetch.error.backoff.ms", "50")
      .set("queued.max.messages.kbytes", "16384")
      .opaque(this)
      .on_rebalance(&on_rebalance);
  client_ = config.make(RD_KAFKA_CONSUMER).release();
  rd_kafka_poll_set_consumer(client_);
  const List wanted(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(wanted.get(), log_topic(), RD_KAFKA_PARTITION_UA);
  rd_kafka_subscribe(client_, wanted.get());
}

StoreConsumer::Member::~Member() {
  close();
}

void StoreConsumer::Member::serve() {
  while (!owner_.stopping_.load() && !fatal_) {
    gather();
    const Time now = steady_now();
    if (now >= retry_at_) {
      claim_missing();
      write_batch();
    }
    if (steady_now() >= refresh_at_ && steady_now() >= retry_at_) {
      refresh_positions();
    }
    commit_offsets();
    dead_letters_.poll();
    tell();
    if (owner_.fail_.exchange(false)) {
      rd_kafka_test_fatal_error(client_, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, "provoked by a test");
    }
    fatal_ = fatal_ || is_fatal(client_);
  }
  if (fatal_) {
    log::error("store_consumer_replaced");
  }
}

// Takes what is there; waits a little for more, and at most until the next retry when nothing may be written.
void StoreConsumer::Member::gather() {
  Time until = steady_now() + kIdlePoll;
  do {
    const Duration left = batch_.empty() || steady_now() < retry_at_ ? until - steady_now() : kGatherFor;
    rd_kafka_message_t* record = rd_kafka_consumer_poll(client_, poll_millis(left));
    if (record == nullptr) {
      return;
    }
    if (record->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      until = batch_.empty() ? steady_now() + kGatherFor : until;
      take(*record);
    } else if (record->err == RD_KAFKA_RESP_ERR__FATAL) {
      fatal_ = true;
    }
    rd_kafka_message_destroy(record);
  } while (!fatal_ && batch_.size() < kBatchRecords && batch_bytes_ < kBatchBytes && steady_now() < until);
}

void StoreConsumer::Member::take(const rd_kafka_message_t& record) {
  const auto claim = claims_.find(record.partition);
  // Of a partition that is not ours (any more), or read again after a pause.
  if (claim == claims_.end() || record.offset < claim->second.next ||
      (fetched_.contains(record.partition) && record.offset <= fetched_[record.partition])) {
    return;
  }
  fetched_[record.partition] = record.offset;
  LogRecord taken{record.partition, record.offset, nullptr, "", bytes_of(record.key, record.key_len), ""};
  taken.left_out = is_void(record, sent_at(record));
  taken.value = bytes_of(record.payload, record.payload == nullptr ? 0 : record.len);
  Result<BusBody> body = decode_record(Topic::chat_messages, taken.value);
  if (body.has_value()) {
    taken.message = std::get<MessagePtr>(body.value());
    if (!epochs_.agrees(*taken.message)) {
      log::error("epoch_fell", {{"conversation", taken.message->conversation->key.text()},
                                {"sequence", std::to_string(taken.message->sequence)}});
      const std::lock_guard<std::mutex> lock(owner_.telling_);
      ++owner_.counters_.epoch_falls;
    }
  } else {
    taken.reason = body.error().where;
  }
  batch_bytes_ += taken.value.size() + sizeof(LogRecord);
  batch_.push_back(std::move(taken));
}

void StoreConsumer::Member::write_batch() {
  if (batch_.empty()) {
    return;
  }
  const WriteOutcome outcome = writer_.write(batch_, claims_);
  if (outcome.result == WriteOutcome::Result::stored) {
    stored(outcome);
    return;
  }
  if (outcome.result == WriteOutcome::Result::fenced) {
    log::warn("store_consumer_fenced", {{"partitions", std::to_string(outcome.lost.size())}});
    for (const std::int32_t partition : outcome.lost) {
      claims_.erase(partition);
      unclaimed_.insert(partition);  // the group has not taken it from us yet; if it never does, it is claimed again
    }
    drop_batch_of({outcome.lost.begin(), outcome.lost.end()});
    hold(outcome.lost);
    const std::lock_guard<std::mutex> lock(owner_.telling_);
    ++owner_.counters_.fenced;
    claim_at_ = steady_now() + kFencedFor;
    return;
  }
  hold(held());
  back_off();
  const std::lock_guard<std::mutex> lock(owner_.telling_);
  ++owner_.counters_.retries;
  owner_.trouble_ = "PostgreSQL does not take messages (" + writer_.sentence() + ")";
}

void StoreConsumer::Member::stored(const WriteOutcome& outcome) {
  for (const Renumbered& one : outcome.collided) {
    log::error("sequence_collision", {{"conversation", one.message->conversation->key.text()},
                                      {"message", one.message->id.text()},
                                      {"sequence", std::to_string(one.message->sequence)},
                                      {"stored_as", std::to_string(one.stored_as)}});
  }
  for (const LogRecord& record : outcome.dead) {
    const std::string from =
        std::string{log_topic()} + '/' + std::to_string(record.partition) + '/' + std::to_string(record.offset);
    log::error("dead_letter", {{"from", from}, {"reason", record.reason}});
    dead_letters_.add(record.key, record.value, from, record.reason);
  }
  for (const LogRecord& record : batch_) {
    if (record.message) {
      lag_.stored(record.partition, record.message->timestamp);
    }
  }
  for (const auto& [partition, claim] : claims_) {
    owner_.positions_.raise(partition, claim.next);
  }
  batch_.clear();
  batch_bytes_ = 0;
  if (pause_ > Duration::zero()) {
    pause_ = {};
    let_go(held());
  }
  {
    const std::lock_guard<std::mutex> lock(owner_.telling_);
    StoreConsumerCounters& counters = owner_.counters_;
    counters.stored += outcome.stored;
    counters.copies += outcome.copies;
    counters.collisions += outcome.collided.size();
    counters.dead += outcome.dead.size();
    ++counters.batches;
    owner_.trouble_.clear();
  }
  owner_.moved_();
}

void StoreConsumer::Member::back_off() {
  pause_ = pause_ == Duration::zero() ? kFirstPause : std::min(2 * pause_, kLongestPause);
  retry_at_ = steady_now() + pause_;
}

void StoreConsumer::Member::refresh_positions() {
  refresh_at_ = steady_now() + kRefresh;
  const Result<std::map<std::int32_t, std::int64_t>> all = writer_.positions();
  if (all.has_error()) {
    back_off();
    return;
  }
  for (const auto& [partition, next] : all.value()) {
    owner_.positions_.raise(partition, next);
  }
  if (batch_.empty() && unclaimed_.empty() && pause_ > Duration::zero()) {
    pause_ = {};
    let_go(held());
  }
  owner_.moved_();
}

void StoreConsumer::Member::commit_offsets() {
  const Time now = steady_now();
  if (now < commit_at_ || claims_.empty()) {
    return;
  }
  commit_at_ = now + kCommitEach;
  const List places = list_of(held());
  for (int i = 0; i < places->cnt; ++i) {
    places->elems[i].offset = claims_[places->elems[i].partition].next;
  }
  rd_kafka_commit(client_, places.get(), 1);
}

void StoreConsumer::Member::tell() {
  const auto wall = std::chrono::duration_cast<std::chrono::milliseconds>(wall_now().time_since_epoch()).count();
  StoreLag::Behind behind;
  for (const auto& [partition, claim] : claims_) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    rd_kafka_get_watermark_offsets(client_, log_topic(), partition, &low, &high);
    lag_.look(partition, high, claim.next, steady_now(), wall, behind);
  }
  const std::lock_guard<std::mutex> lock(owner_.telling_);
  owner_.counters_.partitions = claims_.size();
  owner_.counters_.records_behind = behind.records;
  owner_.counters_.seconds_behind = behind.seconds;
}

}  // namespace plumbline::serve
