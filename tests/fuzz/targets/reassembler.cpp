// Sequences of text and binary messages: lines that begin with `b` are binary, all others text.
#include "fuzz/target.h"
#include "plumbline/socketio/packet.h"

PLUMBLINE_FUZZ_TARGET(reassembler) {
  using namespace plumbline::socketio;
  Reassembler collector;
  std::size_t binaries = 0;
  while (!input.empty()) {
    const std::size_t end = input.find('\n');
    const std::string_view line = input.substr(0, end);
    input = end == std::string_view::npos ? std::string_view{} : input.substr(end + 1);
    const bool binary = line.starts_with('b');
    binaries = binary ? binaries + 1 : 0;
    const auto packet = binary ? collector.on_binary(line.substr(1)) : collector.on_text(line, Direction::to_client);
    if (!packet) {
      return;  // the connection would be closed
    }
    if (const auto& complete = packet.value()) {
      plumbline::fuzz::require(complete->attachments.size() == binaries && !collector.waiting());
      plumbline::fuzz::require(complete->type != PacketType::binary_event && complete->type != PacketType::binary_ack);
    } else {
      plumbline::fuzz::require(collector.waiting());
    }
  }
}
