#include "plumbline/socketio/server_handshake.h"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace plumbline::engineio {
namespace {

std::string_view text_of(RequestError error) {
  switch (error) {
    case RequestError::unknown_transport:
      return "Transport unknown";
    case RequestError::unknown_sid:
      return "Session ID unknown";
    case RequestError::bad_handshake_method:
      return "Bad handshake method";
    case RequestError::bad_request:
      return "Bad request";
    case RequestError::forbidden:
      return "Forbidden";
    case RequestError::unsupported_protocol:
      return "Unsupported protocol version";
  }
  return "Bad request";
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

struct Params {
  std::string_view transport;
  std::string_view sid;
  std::string_view eio;
  bool unknown{false};
  bool sid_given{false};
  unsigned eio_count{0};
  unsigned transport_count{0};
  bool jsonp{false};
};

Params pick(const std::vector<std::pair<std::string, std::string>>& params) {
  Params picked;
  for (const auto& [name, value] : params) {
    if (name == "transport") {
      picked.transport = value;
      ++picked.transport_count;
    } else if (name == "sid") {
      picked.sid = value;
      picked.sid_given = true;
    } else if (name == "EIO") {
      picked.eio = value;
      ++picked.eio_count;
    } else if (name == "j") {
      picked.jsonp = true;
    } else {
      picked.unknown = true;
    }
  }
  return picked;
}

bool revision_ok(const Params& params, const ServerOptions& options) {
  if (options.has(ServerFault::missing_eio_ok) && params.eio_count == 0) {
    return true;
  }
  const bool faulty = (options.has(ServerFault::accept_eio3) && params.eio == "3") ||
                      (options.has(ServerFault::eio_prefix_ok) && params.eio.starts_with("4"));
  return params.eio_count == 1 && (params.eio == "4" || faulty);
}

// What the deliberate faults of the transport parameter make of it; nullopt without one.
std::optional<TransportName> misread_transport(const Params& params, bool wants_upgrade, const ServerOptions& options) {
  const TransportName asked = wants_upgrade ? TransportName::websocket : TransportName::polling;
  const bool missing = options.has(ServerFault::missing_transport_ok) && params.transport_count == 0 && !wants_upgrade;
  const bool empty =
      options.has(ServerFault::empty_transport_ok) && params.transport_count == 1 && params.transport.empty();
  const bool any = options.has(ServerFault::upgrade_header_decides) && wants_upgrade && params.transport != "polling";
  const bool polling = options.has(ServerFault::ws_upgrade_of_polling_ok) && wants_upgrade &&
                       params.transport == "polling" && params.sid.empty();
  const bool plain = options.has(ServerFault::plain_get_opens_websocket) && !wants_upgrade &&
                     params.transport == "websocket" && params.sid.empty();
  return missing || empty || any || polling || plain ? std::optional(asked) : std::nullopt;
}

std::int64_t ms(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace

unsigned http_status(RequestError error) {
  return error == RequestError::forbidden ? 403 : 400;
}

std::string error_body(RequestError error, const ServerOptions& options) {
  if (options.has(ServerFault::no_error_body)) {
    return {};
  }
  auto code = static_cast<unsigned>(error);
  if (options.has(ServerFault::wrong_error_code)) {
    code = (code + 1) % 6;
  }
  const std::string_view text = options.has(ServerFault::error_text_wrong) ? "Wrong" : text_of(error);
  return "{\"code\":" + std::to_string(code) + ",\"message\":\"" + std::string(text) + "\"}";
}

boost::system::result<EngineRequest, RequestError> judge_request(
    const std::vector<std::pair<std::string, std::string>>& params, std::string_view method, bool wants_upgrade,
    std::string_view origin, const ServerOptions& options) {
  const Params picked = pick(params);
  EngineRequest request;
  if (const auto misread = misread_transport(picked, wants_upgrade, options)) {
    request.transport = *misread;
  } else if (picked.transport_count == 1 && picked.transport == "websocket" && options.websocket) {
    request.transport = TransportName::websocket;
  } else if (picked.transport_count != 1 || picked.transport != "polling" || !options.polling) {
    return RequestError::unknown_transport;
  }
  const bool polling = request.transport == TransportName::polling;
  if (has_control_characters(origin) || (picked.jsonp && polling)) {  // an answer meant to be run as a script
    return RequestError::bad_request;
  }
  if (options.has(ServerFault::empty_sid_unknown) && picked.sid_given && picked.sid.empty()) {
    return RequestError::unknown_sid;
  }
  if (options.has(ServerFault::unknown_parameter_refused) && picked.unknown) {
    return RequestError::bad_request;
  }
  request.sid = picked.sid;
  if (request.sid.empty()) {
    const bool opens =
        options.has(ServerFault::put_ok) || (method == "OPTIONS" && options.has(ServerFault::options_opens_session));
    if (method != "GET" && !opens) {
      return RequestError::bad_handshake_method;
    }
    if (polling == wants_upgrade) {
      return RequestError::bad_request;
    }
    if (!revision_ok(picked, options)) {
      return RequestError::unsupported_protocol;
    }
  }
  return request;
}

std::string open_packet(std::string_view sid, TransportName transport, const ServerOptions& options) {
  std::string text = transport == TransportName::polling && options.has(ServerFault::open_packet_untyped) ? "" : "0";
  text += options.has(ServerFault::open_extra_field) ? "{\"version\":4,\"sid\":\"" : "{\"sid\":\"";
  text += sid;
  text += "\",\"upgrades\":[";
  const bool offered =
      transport == TransportName::polling && options.upgrades && !options.has(ServerFault::upgrades_list_empty);
  if ((offered || options.has(ServerFault::ws_upgrades_listed)) && options.websocket) {
    text += "\"websocket\"";
  }
  text += "],\"pingInterval\":" + std::to_string(ms(options.ping_interval));
  text += ",\"pingTimeout\":" + std::to_string(ms(options.has(ServerFault::open_wrong_timeout) ? options.ping_interval
                                                                                               : options.ping_timeout));
  text += ",\"maxPayload\":" + std::to_string(options.max_payload) + "}";
  return text;
}

void throw_exception_from_error(RequestError error, const boost::source_location&) {
  throw std::logic_error("unchecked engine request: " + std::string(text_of(error)));
}

}  // namespace plumbline::engineio
