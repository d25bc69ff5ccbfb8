// Carries the protocol mutants into the sans-I/O library, which does not know this folder.
#pragma once

#include "mutant/mutant.h"
#include "plumbline/socketio/server_options.h"

namespace plumbline::serve {

// Nothing happens for the messenger's own mutants, and in builds without any.
void set_server_fault(engineio::ServerOptions& options, Mutant mutant);

}  // namespace plumbline::serve
