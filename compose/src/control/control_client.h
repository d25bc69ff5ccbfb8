// One request to a running stack and its answer; for the commands of the terminal.
#pragma once

#include <chrono>
#include <string>

#include "control/protocol.h"
#include "place/failure.h"

namespace plumbline::stack {

// The answer's line. Blocks up to `within`; events are passed over. Failure: nobody listens (exit code 3).
[[nodiscard]] Outcome<std::string> ask_stack(const std::string& dir, const Request& request,
                                             std::chrono::milliseconds within);
// Asks for the end and waits until the stack is gone.
[[nodiscard]] Outcome<void> take_down(const std::string& dir, std::chrono::milliseconds within);

}  // namespace plumbline::stack
