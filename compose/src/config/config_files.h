// Settings and topology -> the text of each part's own configuration file.
#pragma once

#include <string>

#include "topology/topology.h"

namespace plumbline::stack {

[[nodiscard]] std::string postgres_conf(const Node& node);
// Who may log in: everybody who knows the password, over TCP.
[[nodiscard]] std::string postgres_hba(const std::string& network);
// redis-1 starts as the master, the others as its replicas; afterwards Sentinel rewrites the files.
[[nodiscard]] std::string redis_conf(const Node& node, const Topology& topology);
// Names the replicas and the other Sentinels, which would else take seconds to find each other.
[[nodiscard]] std::string sentinel_conf(const Node& node, const Topology& topology);
[[nodiscard]] std::string server_properties(const Node& node, const Topology& topology);
[[nodiscard]] std::string log4j_properties();
// `with_backends` false: instances on their own, with everything in memory.
[[nodiscard]] std::string serve_yaml(const Node& node, const Topology& topology, bool with_backends);
[[nodiscard]] std::string haproxy_cfg(const Topology& topology);

}  // namespace plumbline::stack
