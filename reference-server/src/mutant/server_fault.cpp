#include "mutant/server_fault.h"

namespace plumbline::serve {

#if defined(PLUMBLINE_MUTANTS)
namespace {

engineio::ServerFault fault_of(Mutant mutant) {
  switch (mutant) {
#define PLUMBLINE_SERVER_FAULT(name) \
  case Mutant::name:                 \
    return engineio::ServerFault::name;
#include "plumbline/socketio/server_faults.inc"
#undef PLUMBLINE_SERVER_FAULT
    default:  // of the messenger, or none
      return engineio::ServerFault::none;
  }
}

}  // namespace

void set_server_fault(engineio::ServerOptions& options, const std::vector<Mutant>& mutants) {
  for (const Mutant mutant : mutants) {
    const engineio::ServerFault fault = fault_of(mutant);
    options.fault = fault == engineio::ServerFault::none ? options.fault : fault;
  }
}
#else
void set_server_fault(engineio::ServerOptions&, const std::vector<Mutant>&) {}
#endif

}  // namespace plumbline::serve
