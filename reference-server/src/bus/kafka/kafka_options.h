// Where the brokers are, and the few times that the bus on Kafka may be tuned by. Stage: bus.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "plumbline/base/clock.h"

namespace plumbline::serve {

struct KafkaOptions {
  std::vector<std::string> brokers;  // host:port each
  std::string instance;              // unique among the instances, seen in the brokers' logs
  // librdkafka sends a request for each partition, and replication follows each: what a broker costs goes by requests.
  // Measured at 1,000 msg/s over ten partitions with the whole stack on two cores: 5 ms costs twice the brokers' CPU of
  // 20 ms. 40 ms and the reader's 20 ms together (log_reader.cpp): 138 % of 200 % busy and e2e p99 76 ms, where 20 ms
  // and fetches at once had 183 % and 150 to 250 ms.
  std::chrono::milliseconds linger{40};
  // No shorter than the brokers' session, or requests are given up that a living broker would have answered.
  std::chrono::milliseconds request_timeout{1500};
  std::chrono::milliseconds close_within{2000};      // at shutdown, for what is still queued
  std::chrono::milliseconds prepare_within{15'000};  // at start, for brokers to answer and topics to be made

  [[nodiscard]] std::string broker_list() const;  // joined with commas
};

}  // namespace plumbline::serve
