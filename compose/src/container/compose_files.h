// The same topology from the same settings as a Docker Compose file: one image, one container for each node.
#pragma once

#include <string>
#include <vector>

#include "topology/topology.h"

namespace plumbline::stack {

struct TextFile {
  std::string path;  // relative to the folder compose/
  std::string text;
};

// The full profile with three instances: service names for hosts, each part at its usual port.
[[nodiscard]] Topology container_topology();
// compose.yaml and the configuration files that it mounts. The same text each time.
[[nodiscard]] std::vector<TextFile> compose_files();

}  // namespace plumbline::stack
