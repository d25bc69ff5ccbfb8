// Name and arguments of an event: never a crash on any text; on a legal event always two legal parts.
#include "fuzz/target.h"
#include "plumbline/socketio/packet.h"

PLUMBLINE_FUZZ_TARGET(split_event) {
  using namespace plumbline::socketio;
  const auto parts = plumbline::socketio::split_event(input);
  if (!input.starts_with('[') || !parse_packet("2" + std::string(input), Direction::to_server)) {
    return;
  }
  plumbline::fuzz::require(parts.has_value());
  const std::string ack = "30" + parts.value().args;  // an acknowledgement takes any array
  plumbline::fuzz::require(parse_packet(ack, Direction::to_server).has_value());
}
