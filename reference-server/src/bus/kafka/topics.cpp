#include "bus/kafka/topics.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>

#include "bus/kafka/client_config.h"
#include "bus/kafka/record.h"
#include "plumbline/base/log.h"

namespace plumbline::serve {
namespace {

using Metadata = Owned<const rd_kafka_metadata_t, rd_kafka_metadata_destroy>;
using Queue = Owned<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using AdminEvent = Owned<rd_kafka_event_t, rd_kafka_event_destroy>;
using NewTopic = Owned<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using Resource = Owned<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;
using AdminOptions = Owned<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;

constexpr int kPauseMillis = 100;
constexpr int kAdminMillis = 3000;
constexpr int kCopies = 3;  // where there are as many brokers
constexpr int kInSync = 2;

class Preparation {
 public:
  Preparation(const KafkaOptions& options, const std::vector<TopicPlan>& plans)
      : options_(options),
        plans_(plans),
        client_(ClientConfig(options).make(RD_KAFKA_PRODUCER)),
        deadline_(steady_now() + options.prepare_within) {}

  void run() {
    wait_for_brokers();
    for (const TopicPlan& plan : plans_) {
      if (find(plan.name) == nullptr) {
        create(plan);
      }
    }
    wait_for_leaders();
    for (const TopicPlan& plan : plans_) {
      check(plan);
    }
  }

 private:
  [[nodiscard]] bool late() const { return steady_now() >= deadline_; }
  void pause() { rd_kafka_poll(client_.get(), kPauseMillis); }

  bool refresh() {
    const rd_kafka_metadata_t* found = nullptr;
    if (rd_kafka_metadata(client_.get(), 1, nullptr, &found, kAdminMillis) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return false;
    }
    metadata_.reset(found);
    return true;
  }

  void wait_for_brokers() {
    while (!refresh() || metadata_->broker_cnt == 0) {
      if (late()) {
        throw std::runtime_error("Kafka: no broker of " + options_.broker_list() +
                                 " answers; start them, or correct --kafka");
      }
      pause();
    }
    three_ = options_.brokers.size() >= kCopies || metadata_->broker_cnt >= kCopies;
  }

  [[nodiscard]] const rd_kafka_metadata_topic_t* find(const std::string& name) const {
    for (int i = 0; i < metadata_->topic_cnt; ++i) {
      const rd_kafka_metadata_topic_t& topic = metadata_->topics[i];
      if (name == topic.topic && topic.err == RD_KAFKA_RESP_ERR_NO_ERROR && topic.partition_cnt > 0) {
        return &topic;
      }
    }
    return nullptr;
  }

  [[nodiscard]] AdminOptions request_options(rd_kafka_admin_op_t what) const {
    AdminOptions options(rd_kafka_AdminOptions_new(client_.get(), what));
    std::array<char, 128> why{};
    rd_kafka_AdminOptions_set_request_timeout(options.get(), kAdminMillis, why.data(), why.size());
    return options;
  }

  // Empty: made, or somebody else made it at the same time.
  [[nodiscard]] std::string try_to_create(const TopicPlan& plan) {
    std::array<char, 256> why{};
    const NewTopic topic(
        rd_kafka_NewTopic_new(plan.name.c_str(), plan.partitions, three_ ? kCopies : 1, why.data(), why.size()));
    rd_kafka_NewTopic_set_config(topic.get(), "min.insync.replicas", std::to_string(three_ ? kInSync : 1).c_str());
    rd_kafka_NewTopic_set_config(topic.get(), "max.message.bytes", std::to_string(2 * kMaxRecordBytes).c_str());
    // By the brokers' time a record's age is the same for everybody (record_age.h).
    rd_kafka_NewTopic_set_config(topic.get(), "message.timestamp.type", "LogAppendTime");
    const Queue queue(rd_kafka_queue_new(client_.get()));
    rd_kafka_NewTopic_t* list = topic.get();
    rd_kafka_CreateTopics(client_.get(), &list, 1, request_options(RD_KAFKA_ADMIN_OP_CREATETOPICS).get(), queue.get());
    const AdminEvent event(rd_kafka_queue_poll(queue.get(), kAdminMillis + 1000));
    if (!event || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return event ? rd_kafka_event_error_string(event.get()) : "no answer";
    }
    std::size_t count = 0;
    const rd_kafka_topic_result_t** results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
    const rd_kafka_resp_err_t outcome = count == 1 ? rd_kafka_topic_result_error(results[0]) : RD_KAFKA_RESP_ERR__FAIL;
    if (outcome == RD_KAFKA_RESP_ERR_NO_ERROR || outcome == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
      return {};
    }
    const char* said = count == 1 ? rd_kafka_topic_result_error_string(results[0]) : nullptr;
    return said != nullptr ? said : rd_kafka_err2str(outcome);
  }

  void create(const TopicPlan& plan) {
    for (;;) {
      const std::string refused = try_to_create(plan);
      if (refused.empty()) {
        log::info("kafka_topic_made", {{"topic", plan.name}});
        return;
      }
      if (late()) {
        throw std::runtime_error("Kafka: topic " + plan.name + " is missing and the brokers do not make it (" +
                                 refused + "); make it with " + shape(plan));
      }
      pause();
    }
  }

  [[nodiscard]] std::string shape(const TopicPlan& plan) const {
    return std::to_string(plan.partitions) + " partitions" +
           (three_ ? ", replication factor 3 and min.insync.replicas=2, once three brokers are up" : "");
  }

  void wait_for_leaders() {
    for (;;) {
      const auto led = [this](const TopicPlan& plan) {
        const rd_kafka_metadata_topic_t* topic = find(plan.name);
        return topic != nullptr && std::all_of(topic->partitions, topic->partitions + topic->partition_cnt,
                                               [](const auto& partition) { return partition.leader >= 0; });
      };
      if (refresh() && std::all_of(plans_.begin(), plans_.end(), led)) {
        return;
      }
      if (late()) {
        throw std::runtime_error(
            "Kafka: a partition has no leader; start the brokers that are down, and see that a majority is up");
      }
      pause();
    }
  }

  void check(const TopicPlan& plan) {
    const rd_kafka_metadata_topic_t* topic = find(plan.name);
    const int partitions = topic == nullptr ? 0 : topic->partition_cnt;
    if (topic == nullptr || partitions < plan.partitions) {
      throw std::runtime_error("Kafka: topic " + plan.name + " has " + std::to_string(partitions) +
                               " partitions and needs " + std::to_string(plan.partitions) +
                               "; add partitions while no instance runs");
    }
    if (!three_) {
      return;
    }
    if (topic->partitions[0].replica_cnt < kCopies) {
      throw std::runtime_error("Kafka: topic " + plan.name + " has " +
                               std::to_string(topic->partitions[0].replica_cnt) +
                               " copies where three brokers are; reassign it to three, or delete it while it is empty");
    }
    if (const int in_sync = in_sync_of(plan.name); in_sync < kInSync) {
      throw std::runtime_error("Kafka: topic " + plan.name + " has min.insync.replicas=" + std::to_string(in_sync) +
                               ", with which an acknowledged message can be lost; set it to 2");
    }
  }

  // The brokers may say "unknown topic" for a moment after they made it.
  [[nodiscard]] int in_sync_of(const std::string& name) {
    for (;;) {
      if (const int value = ask_in_sync(name); value > 0) {
        return value;
      }
      if (late()) {
        throw std::runtime_error("Kafka: the settings of topic " + name +
                                 " cannot be read; allow DescribeConfigs, or look at the brokers' logs");
      }
      pause();
    }
  }

  [[nodiscard]] int ask_in_sync(const std::string& name) {
    const Resource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
    const Queue queue(rd_kafka_queue_new(client_.get()));
    rd_kafka_ConfigResource_t* list = resource.get();
    rd_kafka_DescribeConfigs(client_.get(), &list, 1, request_options(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS).get(),
                             queue.get());
    const AdminEvent event(rd_kafka_queue_poll(queue.get(), kAdminMillis + 1000));
    const auto* result = event ? rd_kafka_event_DescribeConfigs_result(event.get()) : nullptr;
    std::size_t resources = 0;
    const rd_kafka_ConfigResource_t** described =
        result != nullptr ? rd_kafka_DescribeConfigs_result_resources(result, &resources) : nullptr;
    std::size_t count = 0;
    const rd_kafka_ConfigEntry_t** entries =
        resources == 1 ? rd_kafka_ConfigResource_configs(described[0], &count) : nullptr;
    for (std::size_t i = 0; i < count; ++i) {
      if (std::string_view{"min.insync.replicas"} == rd_kafka_ConfigEntry_name(entries[i])) {
        return std::atoi(rd_kafka_ConfigEntry_value(entries[i]));
      }
    }
    return 0;
  }

  const KafkaOptions& options_;
  const std::vector<TopicPlan>& plans_;
  KafkaClient client_;
  Time deadline_;
  Metadata metadata_;
  bool three_{false};
};

}  // namespace

const std::vector<TopicPlan>& bus_topics() {
  static const std::vector<TopicPlan> topics{{"chat-messages", 10},
                                             {"typing-indicators", 5},
                                             {"read-receipts", 5},
                                             {"friend-events", 1},
                                             {"chat-messages-dlq", 1}};
  return topics;
}

void prepare_topics(const KafkaOptions& options, const std::vector<TopicPlan>& plans) {
  Preparation(options, plans).run();
}

}  // namespace plumbline::serve
