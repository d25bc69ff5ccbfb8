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
  // Measured at 1,000 msg/s over ten partitions: 20 ms beats 5 ms in broker CPU (by half) and in p99 (26 ms to 58 ms).
  std::chrono::milliseconds linger{20};
  // No shorter than the brokers' session, or requests are given up that a living broker would have answered.
  std::chrono::milliseconds request_timeout{1500};
  std::chrono::milliseconds close_within{2000};      // at shutdown, for what is still queued
  std::chrono::milliseconds prepare_within{15'000};  // at start, for brokers to answer and topics to be made

  [[nodiscard]] std::string broker_list() const;  // joined with commas
};

}  // namespace plumbline::serve
