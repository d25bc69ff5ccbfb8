// Socket.IO packets both ways: an accepted packet, written again and parsed again, is the same packet.
#include "fuzz/target.h"
#include "plumbline/socketio/packet.h"

PLUMBLINE_FUZZ_TARGET(socketio_packet) {
  using namespace plumbline::socketio;
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    const auto packet = parse_packet(input, direction);
    if (!packet) {
      continue;
    }
    const PacketView& first = packet.value();
    std::string text;
    append_packet(text, first.type, first.nsp, first.ack_id, first.data, first.attachments);
    const auto again = parse_packet(text, direction);
    plumbline::fuzz::require(again.has_value());
    const PacketView& second = again.value();
    plumbline::fuzz::require(first.type == second.type && first.nsp == second.nsp && first.ack_id == second.ack_id &&
                             first.data == second.data && first.attachments == second.attachments);
  }
}
