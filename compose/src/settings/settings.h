// The one table of settings of the parts: the process stack and the Compose file are both written from it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "topology/topology.h"

namespace plumbline::stack {

using Settings = std::vector<std::pair<std::string, std::string>>;  // in the order in which they are written

[[nodiscard]] Settings postgres_settings();
[[nodiscard]] Settings redis_settings();
// Of the monitored master: `sentinel KEY NAME VALUE`.
[[nodiscard]] Settings sentinel_settings();
[[nodiscard]] int sentinel_quorum(Profile profile);
[[nodiscard]] Settings kafka_settings(Profile profile);
// Flags of the Java machine of a broker, without paths.
[[nodiscard]] std::vector<std::string> java_flags();
// Options of every `server` line of the front, and its timeouts.
[[nodiscard]] std::string front_server_options();
[[nodiscard]] Settings front_timeouts();

}  // namespace plumbline::stack
