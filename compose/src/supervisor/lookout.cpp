#include "supervisor/lookout.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "supervisor/roles.h"
#include "watch/probes.h"

namespace plumbline::stack {
namespace {

using namespace std::chrono_literals;

std::string text_of(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string broker(int id) {
  return "kafka-" + std::to_string(id);
}

}  // namespace

Sight look_around(const Topology& topology, const ClusterView& view, bool with_leaders) {
  Sight sight;
  sight.redis_master = redis_master_address(topology);
  std::vector<std::string> states;
  for (const Node& node : topology.of(Part::kafka)) {
    states.push_back(text_of(quorum_state_file(node.folder)));
  }
  sight.controller = controller_of(states);
  const auto seen = with_leaders ? view.look(1s) : std::nullopt;
  if (seen) {
    sight.leaders.emplace();
    for (const PartitionView& partition : seen->partitions) {
      if (partition.topic == kMessageTopic) {
        (*sight.leaders)[partition.id] = partition.leader;
      }
    }
  }
  return sight;
}

Lookout::Lookout(const Topology& topology)
    : topology_(topology), redis_master_(topology.of(Part::redis).front().address()) {}

std::vector<Lookout::Event> Lookout::compare(const Sight& sight) {
  std::vector<Event> events;
  if (!sight.redis_master.empty() && sight.redis_master != redis_master_) {
    redis_master_ = sight.redis_master;
    for (const Node& node : topology_.of(Part::redis)) {
      if (node.address() == redis_master_) {
        events.push_back({"switched", node.name, "redis-master"});
      }
    }
  }
  if (sight.controller && sight.controller != controller_) {
    if (controller_) {
      events.push_back({"elected", broker(*sight.controller), "kafka-controller"});
    }
    controller_ = sight.controller;
  }
  if (sight.leaders && !sight.leaders->empty()) {
    compare_leaders(*sight.leaders, events);
  }
  return events;
}

void Lookout::compare_leaders(const std::map<int, int>& seen, std::vector<Event>& events) {
  const bool all_led = std::all_of(
      seen.begin(), seen.end(), [this](const auto& each) { return each.second >= 0 && each.second != lost_leader_; });
  if (!all_led) {
    return;
  }
  if (lost_leader_) {
    const auto moved = std::find_if(leaders_.begin(), leaders_.end(),
                                    [this](const auto& each) { return each.second == lost_leader_; });
    const auto now = moved == leaders_.end() ? seen.end() : seen.find(moved->first);
    if (now != seen.end()) {
      events.push_back({"elected", broker(now->second), "kafka-leader"});
    }
    lost_leader_.reset();
  }
  leaders_ = seen;
}

void Lookout::broker_hurt(int id) {
  if (std::any_of(leaders_.begin(), leaders_.end(), [id](const auto& each) { return each.second == id; })) {
    lost_leader_ = id;
  }
}

}  // namespace plumbline::stack
