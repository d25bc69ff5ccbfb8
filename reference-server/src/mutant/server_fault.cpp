#include "mutant/server_fault.h"

namespace plumbline::serve {

#if defined(PLUMBLINE_MUTANTS)
namespace {

engineio::ServerFault fault_of(Mutant mutant) {
  using engineio::ServerFault;
  switch (mutant) {
    case Mutant::never_ping:
      return ServerFault::never_ping;
    case Mutant::never_timeout:
      return ServerFault::never_timeout;
    case Mutant::missing_eio_ok:
      return ServerFault::missing_eio_ok;
    case Mutant::wrong_error_code:
      return ServerFault::wrong_error_code;
    case Mutant::post_body_not_ok:
      return ServerFault::post_body_not_ok;
    case Mutant::payload_only_first:
      return ServerFault::payload_only_first;
    case Mutant::dup_get_tolerated:
      return ServerFault::dup_get_tolerated;
    case Mutant::poll_ok_after_upgrade:
      return ServerFault::poll_ok_after_upgrade;
    case Mutant::lose_buffer_on_upgrade:
      return ServerFault::lose_buffer_on_upgrade;
    case Mutant::no_connect_timeout:
      return ServerFault::no_connect_timeout;
    case Mutant::double_connect_ok:
      return ServerFault::double_connect_ok;
    case Mutant::auth_dropped:
      return ServerFault::auth_dropped;
    case Mutant::event_twice:
      return ServerFault::event_twice;
    case Mutant::ack_id_off_by_one:
      return ServerFault::ack_id_off_by_one;
    case Mutant::ack_twice:
      return ServerFault::ack_twice;
    case Mutant::placeholders_swapped:
      return ServerFault::placeholders_swapped;
    case Mutant::disconnect_ignored:
      return ServerFault::disconnect_ignored;
    case Mutant::invalid_packet_ignored:
      return ServerFault::invalid_packet_ignored;
    default:  // of the messenger, or none
      return ServerFault::none;
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
