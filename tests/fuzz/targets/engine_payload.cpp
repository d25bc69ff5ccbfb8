// Polling bodies: what is accepted is exactly what our encoder writes for the same packets.
#include "fuzz/target.h"
#include "plumbline/socketio/engine_packet.h"

PLUMBLINE_FUZZ_TARGET(engine_payload) {
  using namespace plumbline::engineio;
  std::string again;
  const auto parsed = parse_payload(input, [&](const PacketView& packet) {
    if (packet.binary) {
      append_binary_packet(again, packet.payload);
    } else {
      append_packet(again, packet.type, packet.payload);
    }
  });
  plumbline::fuzz::require(!parsed || again == input);
}
