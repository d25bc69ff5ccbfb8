// What a server says when a session opens, as checked values.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "plumbline/base/clock.h"
#include "plumbline/base/result.h"

namespace plumbline::socketio {

struct OpenPacket {
  std::string sid;
  Duration ping_interval{};
  Duration ping_timeout{};
  std::size_t max_payload{0};  // bytes; 0 when not declared (servers before Engine.IO 6)
  bool offers_websocket{false};
};

// Unknown members are ignored; a missing or mistyped sid, pingInterval or pingTimeout is malformed.
[[nodiscard]] Result<OpenPacket> parse_open_packet(std::string_view json);

// The sid of a CONNECT answer.
[[nodiscard]] Result<std::string> parse_sid(std::string_view json);

}  // namespace plumbline::socketio
