// Our own client as a client under test: the client of the load generator behind the line protocol. Stage: subject
// client.
#pragma once

#include <string>
#include <vector>

#include "target/target.h"

namespace plumbline::conform {

// `plumbline conform drive-client {url}` of this same executable.
[[nodiscard]] Target own_client();

// That program: reads commands from stdin, tells on stdout, until stdin ends. Returns the exit code.
[[nodiscard]] int drive_own_client(const std::vector<std::string>& args);

}  // namespace plumbline::conform
