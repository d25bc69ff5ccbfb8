// What changed in the cluster since the last look: a new Redis master, a new controller, partitions that are led again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kafka/cluster_view.h"
#include "topology/topology.h"

namespace plumbline::stack {

// One look; taking it blocks up to about a second.
struct Sight {
  std::string redis_master;                   // address; empty: no Sentinel knows
  std::optional<int> controller;              // node id
  std::optional<std::map<int, int>> leaders;  // partition of chat-messages -> node id; absent: not asked, or no answer
};
[[nodiscard]] Sight look_around(const Topology& topology, const ClusterView& view, bool with_leaders);

class Lookout {
 public:
  struct Event {
    std::string_view name;  // switched, elected
    std::string process;
    std::string_view role;
  };

  explicit Lookout(const Topology& topology);

  [[nodiscard]] std::vector<Event> compare(const Sight& sight);
  // A broker is killed or frozen. When it led partitions, `elected` tells when all of them are led by others.
  void broker_hurt(int id);
  [[nodiscard]] bool wants_leaders() const { return lost_leader_.has_value() || leaders_.empty(); }
  [[nodiscard]] const std::string& redis_master() const { return redis_master_; }

 private:
  void compare_leaders(const std::map<int, int>& seen, std::vector<Event>& events);

  const Topology& topology_;
  std::string redis_master_;
  std::optional<int> controller_;
  std::map<int, int> leaders_;  // while all was well
  std::optional<int> lost_leader_;
};

}  // namespace plumbline::stack
