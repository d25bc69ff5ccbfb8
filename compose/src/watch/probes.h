// Whether a node accepts work. Each probe blocks for at most about a second and runs on a thread of the pool.
#pragma once

#include <string>
#include <vector>

#include "kafka/cluster_view.h"
#include "topology/topology.h"

namespace plumbline::stack {

// What that means for each part: PostgreSQL and a broker answer themselves and a broker is not fenced; a Redis node
// agrees with the Sentinels about its role, and a replica is linked; a Sentinel knows the master, its replicas and the
// other Sentinels; an instance says so at /health/ready; the front accepts connections, `through_front` also passes on.
[[nodiscard]] bool serves(const Node& node, const Topology& topology, const ClusterView& view, bool through_front);
// Every replica of every partition is in sync: the next fault may come.
[[nodiscard]] bool all_in_sync(const ClusterView& view, std::size_t brokers);
// Of all Sentinels together.
[[nodiscard]] std::string redis_master_address(const Topology& topology);

}  // namespace plumbline::stack
