// Topics on real brokers: made as decided, and every unfit one answered with one sentence and its remedy.
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

#include "bus/kafka/client_config.h"
#include "bus/kafka/topics.h"
#include "integration/real/private_kafka.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;
using real::PrivateKafka;

KafkaOptions options_for(std::vector<std::string> brokers) {
  KafkaOptions options;
  options.brokers = std::move(brokers);
  options.instance = "test";
  options.prepare_within = 60s;
  return options;
}

std::string refusal(const KafkaOptions& options, const std::vector<TopicPlan>& plans) {
  try {
    prepare_topics(options, plans);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "accepted";
}

// What the brokers know of a topic, as `partitions x copies`.
std::string shape_of(const KafkaOptions& options, const std::string& name) {
  const KafkaClient client = ClientConfig(options).make(RD_KAFKA_PRODUCER);
  const rd_kafka_metadata_t* found = nullptr;
  if (rd_kafka_metadata(client.get(), 1, nullptr, &found, 10'000) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return "no answer";
  }
  const Owned<const rd_kafka_metadata_t, rd_kafka_metadata_destroy> metadata(found);
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const auto& topic = metadata->topics[i];
    if (name == topic.topic && topic.partition_cnt > 0) {
      return std::to_string(topic.partition_cnt) + "x" + std::to_string(topic.partitions[0].replica_cnt);
    }
  }
  return "missing";
}

// A topic as somebody else would have made it.
void make_topic(const KafkaOptions& options, const std::string& name, int copies, const char* in_sync) {
  const KafkaClient client = ClientConfig(options).make(RD_KAFKA_PRODUCER);
  std::array<char, 256> why{};
  rd_kafka_NewTopic_t* topic = rd_kafka_NewTopic_new(name.c_str(), 1, copies, why.data(), why.size());
  rd_kafka_NewTopic_set_config(topic, "min.insync.replicas", in_sync);
  const Owned<rd_kafka_queue_t, rd_kafka_queue_destroy> queue(rd_kafka_queue_new(client.get()));
  rd_kafka_CreateTopics(client.get(), &topic, 1, nullptr, queue.get());
  const Owned<rd_kafka_event_t, rd_kafka_event_destroy> event(rd_kafka_queue_poll(queue.get(), 60'000));
  rd_kafka_NewTopic_destroy(topic);
  ASSERT_TRUE(event != nullptr);
}

TEST(KafkaTopics, AreMadeOnceWhenTheyAreMissing) {
  const KafkaOptions options = options_for(PrivateKafka::shared().brokers());

  prepare_topics(options, bus_topics());
  prepare_topics(options, bus_topics());

  EXPECT_EQ(shape_of(options, "chat-messages"), "10x1");
  EXPECT_EQ(shape_of(options, "typing-indicators"), "5x1");
  EXPECT_EQ(shape_of(options, "read-receipts"), "5x1");
  EXPECT_EQ(shape_of(options, "friend-events"), "1x1");
}

TEST(KafkaTopics, AreRefusedWhenTheyHaveTooFewPartitions) {
  const KafkaOptions options = options_for(PrivateKafka::shared().brokers());
  prepare_topics(options, {{"small", 2}});

  EXPECT_EQ(refusal(options, {{"small", 5}}),
            "Kafka: topic small has 2 partitions and needs 5; add partitions while no instance runs");
}

TEST(KafkaTopics, SayWhatToDoWhenNoBrokerAnswers) {
  KafkaOptions options = options_for({"127.0.0.1:1"});
  options.prepare_within = 500ms;

  EXPECT_EQ(refusal(options, bus_topics()), "Kafka: no broker of 127.0.0.1:1 answers; start them, or correct --kafka");
}

TEST(KafkaTopics, SayWhatToDoWhenThreeBrokersAreNamedAndOneIsUp) {
  KafkaOptions options = options_for(PrivateKafka::shared().brokers());
  options.brokers.insert(options.brokers.end(), {"127.0.0.1:1", "127.0.0.1:2"});
  options.prepare_within = 5s;

  const std::string said = refusal(options, {{"wanted", 4}});

  EXPECT_TRUE(said.starts_with("Kafka: topic wanted is missing and the brokers do not make it (")) << said;
  EXPECT_TRUE(
      said.ends_with("make it with 4 partitions, replication factor 3 and min.insync.replicas=2, once three "
                     "brokers are up"))
      << said;
}

TEST(KafkaTopics, HaveThreeCopiesWhenThreeBrokersAreUp) {
  PrivateKafka kafka(3);
  const KafkaOptions options = options_for(kafka.brokers());

  prepare_topics(options, bus_topics());
  make_topic(options, "careless", 3, "1");
  make_topic(options, "single", 1, "1");

  EXPECT_EQ(shape_of(options, "chat-messages"), "10x3");
  EXPECT_EQ(refusal(options, {{"careless", 1}}),
            "Kafka: topic careless has min.insync.replicas=1, with which an acknowledged message can be lost; set it "
            "to 2");
  EXPECT_EQ(refusal(options, {{"single", 1}}),
            "Kafka: topic single has 1 copies where three brokers are; reassign it to three, or delete it while it is "
            "empty");
}

}  // namespace
}  // namespace plumbline::serve
