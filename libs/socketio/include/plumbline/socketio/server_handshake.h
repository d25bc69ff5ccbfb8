// Which Engine.IO requests a server accepts, and the exact words of its refusals.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plumbline/socketio/server_options.h"

namespace plumbline::engineio {

// The numbers are on the wire: {"code":0,"message":"Transport unknown"}.
enum class RequestError : std::uint8_t {
  unknown_transport = 0,
  unknown_sid = 1,
  bad_handshake_method = 2,
  bad_request = 3,
  forbidden = 4,
  unsupported_protocol = 5,
};

[[nodiscard]] unsigned http_status(RequestError error);  // 403 for forbidden, else 400
[[nodiscard]] std::string error_body(RequestError error, const ServerOptions& options);

enum class TransportName : std::uint8_t { polling, websocket };

// One HTTP request to the Engine.IO path, as its query says.
struct EngineRequest {
  TransportName transport{TransportName::polling};
  std::string sid;  // empty: a new session
};

[[noreturn]] void throw_exception_from_error(RequestError error, const boost::source_location& location);

// What does not need to know the sessions: transport, protocol revision, method, origin, and that JSONP is not spoken.
// `params` are decoded and in order; `wants_upgrade` is true for a WebSocket handshake. engine.io v4: "Handshake";
// precedence of the errors is that of the reference server.
[[nodiscard]] boost::system::result<EngineRequest, RequestError> judge_request(
    const std::vector<std::pair<std::string, std::string>>& params, std::string_view method, bool wants_upgrade,
    std::string_view origin, const ServerOptions& options);

// `0{"sid":...,"upgrades":[...],"pingInterval":...,"pingTimeout":...,"maxPayload":...}`
[[nodiscard]] std::string open_packet(std::string_view sid, TransportName transport, const ServerOptions& options);

}  // namespace plumbline::engineio
