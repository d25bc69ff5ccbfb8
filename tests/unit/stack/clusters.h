// Topologies with fixed ports for the tests of the verb `stack`.
#pragma once

#include <vector>

#include "topology/topology.h"

namespace plumbline::stack {

// Ports 7001, 7002, ... in the order of the nodes; the front has 8000.
inline Topology cluster(Profile profile, int instances = 0) {
  std::vector<std::uint16_t> ports;
  for (std::uint16_t i = 1; i <= ports_needed(profile, instances); ++i) {
    ports.push_back(static_cast<std::uint16_t>(7000 + i));
  }
  Topology made = local_topology(profile, instances, "/stack", ports, 8000);
  made.redis_password = "secret";
  made.postgres_password = "hidden";
  return made;
}

}  // namespace plumbline::stack
