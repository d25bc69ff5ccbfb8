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
  // The one place that batches. librdkafka sends a request for each partition, and followers and readers ask anew after
  // each append, so this says how many requests the brokers have to serve. A broker serves the requests of a connection
  // one by one, and one with acks=all stands until the followers have it: whoever lets followers or readers wait for
  // more than one append makes sends queue up. Measured with the whole stack on two cores, 40 ms and followers that
  // waited 20 ms: e2e p95 212 ms at 500 msg/s and 660 ms at 1,000; now below 100 ms (docs/adr/0017).
  std::chrono::milliseconds linger{70};
  // No shorter than the brokers' session, or requests are given up that a living broker would have answered.
  std::chrono::milliseconds request_timeout{1500};
  std::chrono::milliseconds close_within{2000};      // at shutdown, for what is still queued
  std::chrono::milliseconds prepare_within{15'000};  // at start, for brokers to answer and topics to be made

  [[nodiscard]] std::string broker_list() const;  // joined with commas
};

}  // namespace plumbline::serve
