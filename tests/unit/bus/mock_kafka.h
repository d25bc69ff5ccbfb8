// librdkafka's own pretended brokers: for what a client does, never for durability.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include "bus/kafka/kafka_options.h"

namespace plumbline::serve {

// One broker with the four topics of the bus.
class MockKafka {
 public:
  MockKafka() {
    std::array<char, 256> why{};
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, nullptr, why.data(), why.size());
    cluster_ = client_ == nullptr ? nullptr : rd_kafka_mock_cluster_new(client_, 1);
    if (cluster_ == nullptr) {
      throw std::runtime_error(std::string("no mock cluster: ") + why.data());
    }
    for (const char* topic : {"chat-messages", "typing-indicators", "read-receipts", "friend-events"}) {
      rd_kafka_mock_topic_create(cluster_, topic, 2, 1);
    }
  }
  MockKafka(const MockKafka&) = delete;
  MockKafka& operator=(const MockKafka&) = delete;
  ~MockKafka() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(client_);
  }

  [[nodiscard]] KafkaOptions options() const {
    KafkaOptions options;
    options.brokers = {rd_kafka_mock_cluster_bootstraps(cluster_)};
    options.instance = "test";
    options.linger = std::chrono::milliseconds{0};
    return options;
  }
  void down() { rd_kafka_mock_broker_set_down(cluster_, 1); }
  void up() { rd_kafka_mock_broker_set_up(cluster_, 1); }
  // The next Produce request is answered with this.
  void refuse_next_produce(rd_kafka_resp_err_t with) {
    rd_kafka_mock_push_request_errors(cluster_, 0 /* Produce */, 1, with);
  }

 private:
  rd_kafka_t* client_{nullptr};
  rd_kafka_mock_cluster_t* cluster_{nullptr};
};

}  // namespace plumbline::serve
