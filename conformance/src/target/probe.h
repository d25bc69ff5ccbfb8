// Asking a running target what it does not declare: reachability, heartbeat, limits, transports, test application.
#pragma once

#include <string>

#include "plumbline/base/clock.h"
#include "target/target.h"

namespace plumbline::conform {

// Can a TCP connection be made within the bound?
[[nodiscard]] bool accepts_connections(const Endpoint& endpoint, const Clock& clock, Duration within);

// Does it answer a harmless HTTP request, however, within the bound? False for one that only accepts connections.
[[nodiscard]] bool answers(const Endpoint& endpoint, const Clock& clock, Duration within);

// Blocks for that long.
void pause(const Endpoint& endpoint, const Clock& clock, Duration span);

// Fills what the target does not declare from its open packet and from one echo; each guess becomes an assumption.
void probe(Target& target, const Clock& clock);

}  // namespace plumbline::conform
