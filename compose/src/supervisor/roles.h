// Who plays a role at this moment: the facts that were asked for, and a seed where several would do.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "control/protocol.h"
#include "place/failure.h"
#include "topology/topology.h"

namespace plumbline::stack {

inline constexpr std::string_view kMessageTopic = "chat-messages";

struct RoleFacts {
  std::string redis_master;             // address; empty: no Sentinel knows
  std::optional<int> controller;        // node id of the broker
  std::map<int, int> message_leaders;   // partition of chat-messages -> node id
  std::vector<std::string> candidates;  // processes to which the deed can be done now
};

// The name of the process, or one sentence why there is none. Pure.
[[nodiscard]] Outcome<std::string> resolve(const Request& request, const Topology& topology, const RoleFacts& facts);

// What a process is called in events when nobody asks who it is.
[[nodiscard]] std::string_view role_of(const Node& node, const std::string& redis_master);

}  // namespace plumbline::stack
