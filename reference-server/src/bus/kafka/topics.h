// The topics of the log: made at start, and held against what durability needs. Stage: bus.
#pragma once

#include <string>
#include <vector>

#include "bus/kafka/kafka_options.h"

namespace plumbline::serve {

struct TopicPlan {
  std::string name;
  int partitions{1};
};

// decisions.md section 5: the four topics of the bus, in the order of Topic; then the one of dead letters.
[[nodiscard]] const std::vector<TopicPlan>& bus_topics();

// Makes what is missing, with three copies of which two must be in sync where three brokers are named or listed, else
// one; checks what exists. Blocks for KafkaOptions::prepare_within at most. Several instances may do it at the same
// time. Throws std::runtime_error with one sentence that names the remedy: brokers out of reach, a topic refused, too
// few partitions or copies, min.insync.replicas too small.
void prepare_topics(const KafkaOptions& options, const std::vector<TopicPlan>& plans);

}  // namespace plumbline::serve
