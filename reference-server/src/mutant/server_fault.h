// Carries the protocol mutants into the sans-I/O library, which does not know this folder.
#pragma once

#include <vector>

#include "mutant/mutant.h"
#include "plumbline/socketio/server_options.h"

namespace plumbline::serve {

// The messenger's own mutants change nothing here, and none does in builds without them.
void set_server_fault(engineio::ServerOptions& options, const std::vector<Mutant>& mutants);

}  // namespace plumbline::serve
