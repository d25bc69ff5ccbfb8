// What a Kafka cluster says about itself: brokers that take work, leaders, replicas in sync.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace plumbline::stack {

struct PartitionView {
  std::string topic;
  int id{0};
  int leader{-1};  // node id; -1: none at present
  std::size_t replicas{0};
  std::size_t in_sync{0};
};

struct ClusterSnapshot {
  std::vector<int> brokers;  // node ids of those not fenced
  std::vector<PartitionView> partitions;
};

// Thread-safe; every call blocks up to its limit.
class ClusterView {
 public:
  explicit ClusterView(const std::string& brokers);  // "host:port,host:port"
  ~ClusterView();
  ClusterView(const ClusterView&) = delete;
  ClusterView& operator=(const ClusterView&) = delete;

  // nullopt: no broker answered in time.
  [[nodiscard]] std::optional<ClusterSnapshot> look(std::chrono::milliseconds within) const;
  // Whether a topic with so many replicas could be created now.
  [[nodiscard]] bool takes_topics(int replicas, std::chrono::milliseconds within) const;
  // Creates a topic and sends `count` records to it; for warming up a new installation.
  [[nodiscard]] bool rehearse(int count, std::chrono::milliseconds within) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The active controller according to the quorum-state files of the nodes' metadata logs: the highest epoch wins.
// `states`: the text of each node's file, empty where it is missing. nullopt: none knows a leader.
[[nodiscard]] std::optional<int> controller_of(const std::vector<std::string>& states);
[[nodiscard]] std::string quorum_state_file(const std::string& node_folder);

}  // namespace plumbline::stack
