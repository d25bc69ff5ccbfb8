#include "supervisor/roles.h"

#include <algorithm>
#include <charconv>

#include "plumbline/base/random.h"

namespace plumbline::stack {
namespace {

Part part_of(Role role) {
  switch (role) {
    case Role::redis_master:
    case Role::redis_replica:
      return Part::redis;
    case Role::sentinel:
      return Part::sentinel;
    case Role::kafka_leader:
    case Role::kafka_controller:
    case Role::kafka_broker:
      return Part::kafka;
    case Role::postgres:
      return Part::postgres;
    case Role::app:
      return Part::app;
  }
  return Part::app;
}

std::string name_of_broker(const Topology& topology, int id) {
  for (const Node& node : topology.of(Part::kafka)) {
    if (node.number == id) {
      return node.name;
    }
  }
  return {};
}

std::optional<int> number_in(const std::string& text) {
  int number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

// Everybody who plays the role, whether the deed can be done to them or not.
Outcome<std::vector<std::string>> players(const Request& request, Role role, const Topology& topology,
                                          const RoleFacts& facts) {
  std::vector<std::string> found;
  for (const Node& node : topology.of(part_of(role))) {
    const bool leads = node.address() == facts.redis_master;
    if ((role == Role::redis_master && !leads) || (role == Role::redis_replica && leads)) {
      continue;
    }
    found.push_back(node.name);
  }
  if (role == Role::kafka_controller) {
    found.clear();
    if (facts.controller) {
      found.push_back(name_of_broker(topology, *facts.controller));
    }
  }
  if (role == Role::kafka_leader) {
    found.clear();
    const std::optional<int> partition = request.of.empty() ? std::nullopt : number_in(request.of);
    if (!request.of.empty() && !partition) {
      return Failure{"'of' wants a partition of chat-messages for the role kafka-leader, not '" + request.of + "'"};
    }
    for (const auto& [id, leader] : facts.message_leaders) {
      if (!partition || *partition == id) {
        found.push_back(name_of_broker(topology, leader));
      }
    }
  }
  std::erase(found, std::string{});
  if (found.empty()) {
    return Failure{"nobody is " + std::string(name_of(role)) + (request.of.empty() ? "" : " of " + request.of) +
                   " at the moment"};
  }
  return found;
}

}  // namespace

Outcome<std::string> resolve(const Request& request, const Topology& topology, const RoleFacts& facts) {
  const bool by_name = !request.of.empty() && request.role != Role::kafka_leader;
  if (by_name) {
    const Node* named = topology.find(request.of);
    if (named == nullptr) {
      return Failure{"no process is called '" + request.of + "'"};
    }
    if (request.role && named->part != part_of(*request.role)) {
      return Failure{request.of + " is no " + std::string(name_of(*request.role))};
    }
  }
  std::vector<std::string> able;
  std::string all;
  if (by_name) {
    able = {request.of};
  } else {
    auto found = players(request, request.role.value_or(Role::app), topology, facts);
    if (!found) {
      return found.error();
    }
    able = std::move(*found);
  }
  all = joined(able, ", ");
  std::erase_if(able, [&](const std::string& name) {
    return std::find(facts.candidates.begin(), facts.candidates.end(), name) == facts.candidates.end();
  });
  if (able.empty()) {
    const std::string_view deed = request.deed ? name_of(*request.deed) : "";
    return Failure{"cannot " + std::string(deed) + " " + all + ": not in a state for it"};
  }
  return {boost::system::in_place_value, able[static_cast<std::size_t>(mix64(request.seed) % able.size())]};
}

std::string_view role_of(const Node& node, const std::string& redis_master) {
  switch (node.part) {
    case Part::postgres:
      return "postgres";
    case Part::redis:
      return node.address() == redis_master ? "redis-master" : "redis-replica";
    case Part::sentinel:
      return "sentinel";
    case Part::kafka:
      return "kafka-broker";
    case Part::app:
      return "app";
    case Part::front:
      return "front";
  }
  return "";
}

}  // namespace plumbline::stack
