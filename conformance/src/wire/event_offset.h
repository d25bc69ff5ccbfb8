// The offset that a server with connection state recovery appends to an event. Stage: wire.
#pragma once

#include <string>

namespace plumbline::conform {

// `42["name",1,"offset"]` without its last text. Packets without an offset stay as they are: what is no event, events
// with an id, and the volatile ones of the echo application.
[[nodiscard]] std::string without_offset(std::string packet);

}  // namespace plumbline::conform
