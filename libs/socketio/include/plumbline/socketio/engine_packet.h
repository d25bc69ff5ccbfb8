// Engine.IO v4 packets and polling payloads: encode and decode, strict where the protocol says MUST.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "plumbline/base/result.h"

namespace plumbline::engineio {

enum class PacketType : std::uint8_t { open, close, ping, pong, message, upgrade, noop };  // wire digits 0..6

struct PacketView {
  PacketType type{PacketType::noop};
  bool binary{false};        // a binary message: no type digit on WebSocket, `b` + base64 in polling
  std::string_view payload;  // without the type digit; decoded bytes when binary
};

inline constexpr char kPayloadSeparator = '\x1e';

// One text packet: a type digit 0..6 and its payload. Empty input and other digits are Errc::malformed.
[[nodiscard]] Result<PacketView> parse_text_packet(std::string_view text);

// All packets of one polling body, in order. Stops at the first malformed packet and returns Errc::malformed; packets
// before it have been reported. An empty body or an empty packet is malformed. Views live during the call only.
[[nodiscard]] Result<void> parse_payload(std::string_view body, const std::function<void(const PacketView&)>& sink);

void append_packet(std::string& payload, PacketType type, std::string_view text);  // adds a separator if needed
void append_binary_packet(std::string& payload, std::string_view bytes);

[[nodiscard]] std::string base64_encode(std::string_view bytes);
[[nodiscard]] Result<std::string> base64_decode(std::string_view text);  // standard alphabet, padding required

}  // namespace plumbline::engineio
