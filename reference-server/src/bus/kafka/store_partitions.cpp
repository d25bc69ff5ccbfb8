// Which partitions of the log are ours, and from where each is fetched. Stage: bus.
#include "bus/kafka/store_member.h"
#include "plumbline/base/log.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;
constexpr Duration kCloseWithin = 2s;
constexpr int kSeekMillis = 1000;
constexpr Duration kSeekAgain = 200ms;

void warn_of(const char* what, rd_kafka_error_t* error) {
  if (error != nullptr) {
    log::warn("store_consumer_assignment", {{"call", what}, {"error", rd_kafka_error_string(error)}});
    rd_kafka_error_destroy(error);
  }
}

}  // namespace

const char* StoreConsumer::Member::log_topic() {
  return topic_name(Topic::chat_messages).data();
}

// The group says whose partition it is, PostgreSQL from where: fetching starts there, or stands until PostgreSQL says.
void StoreConsumer::Member::assigned(rd_kafka_topic_partition_list_t* partitions) {
  std::vector<std::int32_t> fresh;
  for (int i = 0; i < partitions->cnt; ++i) {
    fresh.push_back(partitions->elems[i].partition);
    partitions->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
  }
  if (!fresh.empty()) {
    const Result<PartitionClaims> claims = writer_.claim(fresh);
    for (int i = 0; i < partitions->cnt && claims.has_value(); ++i) {
      const PartitionClaim claim = claims.value().at(partitions->elems[i].partition);
      claims_[partitions->elems[i].partition] = claim;
      partitions->elems[i].offset = claim.next;
    }
    warn_of("assign", rd_kafka_incremental_assign(client_, partitions));
    if (claims.has_error()) {
      unclaimed_.insert(fresh.begin(), fresh.end());
      rd_kafka_pause_partitions(client_, partitions);
      back_off();
    }
  } else {
    warn_of("assign", rd_kafka_incremental_assign(client_, partitions));
  }
  for (const std::int32_t partition : fresh) {
    fetched_.erase(partition);
    lag_.begin(partition, steady_now());
  }
  owner_.ready_.store(true);
}

void StoreConsumer::Member::revoked(const rd_kafka_topic_partition_list_t* partitions) {
  std::set<std::int32_t> gone;
  for (int i = 0; i < partitions->cnt; ++i) {
    const std::int32_t partition = partitions->elems[i].partition;
    gone.insert(partition);
    claims_.erase(partition);
    unclaimed_.erase(partition);
    lag_.end(partition);
  }
  drop_batch_of(gone);
  warn_of("unassign", rd_kafka_incremental_unassign(client_, partitions));
}

void StoreConsumer::Member::on_rebalance(rd_kafka_t*, rd_kafka_resp_err_t what,
                                         rd_kafka_topic_partition_list_t* partitions, void* self) {
  auto& member = *static_cast<Member*>(self);
  if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    member.assigned(partitions);
  } else if (what == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) {
    member.revoked(partitions);
  } else {
    rd_kafka_assign(member.client_, nullptr);
  }
}

void StoreConsumer::Member::drop_batch_of(const std::set<std::int32_t>& partitions) {
  std::erase_if(batch_, [&](const LogRecord& record) { return partitions.contains(record.partition); });
  batch_bytes_ = 0;
  for (const LogRecord& record : batch_) {
    batch_bytes_ += record.value.size() + sizeof(LogRecord);
  }
}

void StoreConsumer::Member::claim_missing() {
  if (unclaimed_.empty() || steady_now() < claim_at_) {
    return;
  }
  claim_at_ = steady_now() + kSeekAgain;
  const std::vector<std::int32_t> wanted{unclaimed_.begin(), unclaimed_.end()};
  const Result<PartitionClaims> claims = writer_.claim(wanted);
  if (claims.has_error()) {
    back_off();
    return;
  }
  const List places = list_of(wanted);
  for (int i = 0; i < places->cnt; ++i) {
    places->elems[i].offset = claims.value().at(places->elems[i].partition).next;
  }
  warn_of("seek", rd_kafka_seek_partitions(client_, places.get(), kSeekMillis));
  std::vector<std::int32_t> found;
  for (int i = 0; i < places->cnt; ++i) {
    const std::int32_t partition = places->elems[i].partition;
    if (places->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      continue;  // not being fetched yet: next time
    }
    claims_[partition] = claims.value().at(partition);
    fetched_.erase(partition);
    unclaimed_.erase(partition);
    found.push_back(partition);
  }
  let_go(found);
}

// Paused partitions are not fetched, while polling goes on: the group must not take PostgreSQL's absence for ours.
void StoreConsumer::Member::hold(const std::vector<std::int32_t>& partitions) {
  if (!partitions.empty()) {
    rd_kafka_pause_partitions(client_, list_of(partitions).get());
  }
}

void StoreConsumer::Member::let_go(const std::vector<std::int32_t>& partitions) {
  if (!partitions.empty()) {
    rd_kafka_resume_partitions(client_, list_of(partitions).get());
  }
}

// Bounded: brokers that are away keep nobody from stopping. As events and not by callbacks: records that still come in
// have no callback, and librdkafka aborts the process when it is to call one for them.
void StoreConsumer::Member::close() {
  rd_kafka_queue_t* queue = rd_kafka_queue_new(client_);
  warn_of("close", rd_kafka_consumer_close_queue(client_, queue));
  const Time deadline = steady_now() + kCloseWithin;
  while (!fatal_ && rd_kafka_consumer_closed(client_) == 0 && steady_now() < deadline) {
    const Owned<rd_kafka_event_t, rd_kafka_event_destroy> event(rd_kafka_queue_poll(queue, 20));
    if (event && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) {
      on_rebalance(client_, rd_kafka_event_error(event.get()), rd_kafka_event_topic_partition_list(event.get()), this);
    }
  }
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy_flags(client_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

StoreConsumer::Member::List StoreConsumer::Member::list_of(const std::vector<std::int32_t>& partitions) const {
  List list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const std::int32_t partition : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), log_topic(), partition);
  }
  return list;
}

std::vector<std::int32_t> StoreConsumer::Member::held() const {
  std::vector<std::int32_t> all;
  for (const auto& [partition, claim] : claims_) {
    all.push_back(partition);
  }
  return all;
}

}  // namespace plumbline::serve
