// One Engine.IO text packet, as on a WebSocket.
#include "fuzz/target.h"
#include "plumbline/socketio/engine_packet.h"

PLUMBLINE_FUZZ_TARGET(engine_text_packet) {
  using namespace plumbline::engineio;
  const auto packet = parse_text_packet(input);
  if (!packet) {
    return;
  }
  const PacketView& view = packet.value();
  std::string again;
  append_packet(again, view.type, view.payload);
  plumbline::fuzz::require(!view.binary && again == input);
}
