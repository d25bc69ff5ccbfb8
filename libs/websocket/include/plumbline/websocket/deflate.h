// permessage-deflate (RFC 7692) without context takeover: each message is packed by itself, so that a connection that
// negotiated it holds no window between two messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "plumbline/websocket/codec.h"

namespace plumbline::websocket {

// The value for our Sec-WebSocket-Extensions when one of the offers of a client's header can be served; offers with an
// unknown or repeated parameter, or with a window of our own that is smaller than 15 bits, are declined (RFC 7692 7.1).
[[nodiscard]] std::optional<std::string> accept_deflate(std::string_view offers);

// Raw DEFLATE of one message, ending without the four bytes 00 00 ff ff (RFC 7692 7.2.1).
[[nodiscard]] std::string deflate_message(std::string_view payload);

enum class Inflated : std::uint8_t {
  whole,
  too_big,  // more than `limit` bytes: nothing beyond them was produced
  broken,   // no complete DEFLATE stream
};
// Appends what `packed` holds to `out`, which never grows by more than `limit` bytes.
[[nodiscard]] Inflated inflate_message(std::string_view packed, std::size_t limit, std::string& out);

// One frame with RSV1 whose payload is the message packed.
void append_deflated_message(std::string& out, Role role, MessageKind kind, std::string_view payload,
                             std::uint32_t mask_key = 0);

}  // namespace plumbline::websocket
