// One life of the store's consumer: a librdkafka client in the group until it stops or fails for good. Stage: bus.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "bus/kafka/client_config.h"
#include "bus/kafka/dead_letter_topic.h"
#include "bus/kafka/epoch_watch.h"
#include "bus/kafka/store_consumer.h"
#include "bus/kafka/store_lag.h"
#include "store/postgres/log_writer.h"

namespace plumbline::serve {

// Used on the consumer's thread.
class StoreConsumer::Member {
 public:
  Member(StoreConsumer& owner, LogWriter& writer, DeadLetterTopic& dead_letters, EpochWatch& epochs);
  ~Member();
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  // Until the consumer stops or a fatal error.
  void serve();

 private:
  using List = Owned<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
  static const char* log_topic();
  // Which partitions are ours, and from where (store_partitions.cpp).
  static void on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions,
                           void* self);
  void assigned(rd_kafka_topic_partition_list_t* partitions);
  void revoked(const rd_kafka_topic_partition_list_t* partitions);
  void drop_batch_of(const std::set<std::int32_t>& partitions);
  void claim_missing();
  void hold(const std::vector<std::int32_t>& partitions);
  void let_go(const std::vector<std::int32_t>& partitions);
  void close();

  void gather();
  void take(const rd_kafka_message_t& record);
  void write_batch();
  void stored(const WriteOutcome& outcome);
  void back_off();
  void refresh_positions();
  void commit_offsets();
  void tell();

  [[nodiscard]] List list_of(const std::vector<std::int32_t>& partitions) const;
  [[nodiscard]] std::vector<std::int32_t> held() const;

  StoreConsumer& owner_;
  LogWriter& writer_;
  DeadLetterTopic& dead_letters_;
  EpochWatch& epochs_;
  rd_kafka_t* client_{nullptr};
  bool fatal_{false};

  PartitionClaims claims_;            // ours, fetched
  std::set<std::int32_t> unclaimed_;  // assigned, paused until PostgreSQL said from where
  std::vector<LogRecord> batch_;      // ascending offsets within each partition
  std::size_t batch_bytes_{0};
  std::map<std::int32_t, std::int64_t> fetched_;  // highest offset taken of each partition
  StoreLag lag_;
  Duration pause_{};  // after a failure, doubling
  Time retry_at_{};
  Time claim_at_{};
  Time refresh_at_{};
  Time commit_at_{};
};

}  // namespace plumbline::serve
