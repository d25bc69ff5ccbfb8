// Puts a whole server together, runs it until a signal, and takes it apart without losing work. Stage: gateway.
#pragma once

#include "config/serve_options.h"
#include "plumbline/base/exit_code.h"

namespace plumbline::serve {

// Blocks the calling thread until SIGTERM or SIGINT and the drain after it. Prints the ready line on stdout, and one
// sentence on stderr when it cannot start.
[[nodiscard]] ExitCode serve(const ServeOptions& options);

}  // namespace plumbline::serve
