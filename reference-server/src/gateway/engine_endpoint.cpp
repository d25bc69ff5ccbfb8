#include "gateway/engine_endpoint.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "gateway/server_context.h"
#include "plumbline/socketio/server_handshake.h"
#include "plumbline/websocket/deflate.h"
#include "transport/shard.h"
#include "transport/ws_handshake.h"

namespace plumbline::serve {
namespace {

using engineio::RequestError;
using engineio::TransportName;

using engineio::ServerFault;

// Bytes of one request or message.
std::size_t payload_limit(const engineio::ServerOptions& options) {
  if (options.has(ServerFault::no_max_payload)) {
    return 64 * options.max_payload;
  }
  if (options.has(ServerFault::limit_counts_characters)) {
    return 4 * options.max_payload;
  }
  return options.has(ServerFault::max_payload_off_by_one) ? options.max_payload - 1 : options.max_payload;
}

net::HttpResponse text_answer(const Shard& shard, std::string content_type, std::string body) {
  net::HttpResponse answer;
  const bool wrong =
      shard.engine_options().has(ServerFault::wrong_content_type) && content_type.starts_with("text/plain");
  answer.content_type = wrong ? "application/octet-stream" : std::move(content_type);
  answer.body = std::move(body);
  if (!shard.engine_options().has(ServerFault::no_cache_header)) {
    answer.headers.emplace_back("Cache-Control", "no-store");
  }
  return answer;
}

// What Engine.IO has no code for. The official server answers a body that is too large like this.
net::HttpResponse bare_answer(unsigned status) {
  net::HttpResponse answer;
  answer.status = status;
  return answer;
}

void refuse(Shard& shard, HttpConnection& connection, RequestError error) {
  net::HttpResponse answer =
      text_answer(shard, "application/json", engineio::error_body(error, shard.engine_options()));
  answer.status = engineio::http_status(error);
  connection.respond(answer);
}

ClientSession& new_session(Shard& shard, TransportName transport, net::HttpRequest handshake, const SessionId& sid) {
  ++shard.counters().sessions_opened;
  return shard.sessions().add(std::make_unique<ClientSession>(shard, sid, transport, std::move(handshake)));
}

// The handshake's answer alone carries it (EIO-HS-25).
void add_cookie(net::Headers& headers, const ServeOptions& options, const SessionId& sid) {
  if (options.cookie.empty()) {
    return;
  }
  std::string value = options.cookie + "=" + std::string(sid.data(), sid.size());
  if (!options.cookie_attributes.empty()) {
    value += "; " + options.cookie_attributes;
  }
  headers.emplace_back("Set-Cookie", std::move(value));
}

void open_polling(Shard& shard, HttpConnection& connection) {
  const SessionId sid = shard.ids().session_id(shard.index());
  ClientSession& session = new_session(shard, TransportName::polling, connection.take_request(), sid);
  session.opened_by(connection);
  net::HttpResponse answer = text_answer(shard, "text/plain; charset=UTF-8", session.open_on_polling());
  add_cookie(answer.headers, shard.options(), sid);
  connection.respond(answer);
}

bool negotiate_deflate(Shard& shard, net::Headers& headers, const net::HttpRequest& handshake) {
  if (!shard.options().ws_compression) {
    return false;
  }
  const bool unasked = shard.engine_options().has(ServerFault::deflate_unasked);
  auto accepted =
      websocket::accept_deflate(unasked ? "permessage-deflate" : handshake.header("sec-websocket-extensions"));
  if (accepted) {
    headers.emplace_back("Sec-WebSocket-Extensions", std::move(*accepted));
  }
  return accepted.has_value();
}

// The 101 goes out ahead of everything else: the socket is fresh, so it fits the kernel's buffer.
int switch_protocols(Shard& shard, HttpConnection& connection, const net::Headers& extra, std::string& rest) {
  const std::string answer = websocket_switch_answer(connection.request(), extra);
  const int fd = connection.release(rest);
  if (!send_whole(fd, answer)) {
    shard.poll_set().remove(fd);
    close_descriptor(fd);
    return -1;
  }
  return fd;
}

void open_websocket(Shard& shard, HttpConnection& connection, ClientSession* upgrading) {
  if (const auto wrong = websocket_handshake_problem(connection.request(), connection.http_minor())) {
    connection.respond(*wrong);
    return;
  }
  if (upgrading != nullptr) {
    if (const auto refused = upgrading->attach_websocket()) {
      refuse(shard, connection, *refused);
      return;
    }
  }
  net::HttpRequest handshake = connection.request();
  net::Headers extra;
  const bool deflate = negotiate_deflate(shard, extra, handshake);
  const SessionId sid = upgrading == nullptr ? shard.ids().session_id(shard.index()) : SessionId{};
  if (upgrading == nullptr) {
    add_cookie(extra, shard.options(), sid);
  }
  std::string rest;
  const int fd = switch_protocols(shard, connection, extra, rest);
  if (upgrading != nullptr) {
    ++shard.counters().upgrades;
    if (fd < 0) {
      upgrading->on_websocket_closed(engineio::CloseReason::transport_close);
    } else {
      upgrading->start_upgrade(fd, std::move(rest), deflate);
    }
  } else if (fd >= 0) {
    new_session(shard, TransportName::websocket, std::move(handshake), sid)
        .open_on_websocket(fd, std::move(rest), deflate);
  }
}

void on_session_request(Shard& shard, HttpConnection& connection, ClientSession& session, TransportName transport) {
  const std::string& method = connection.request().method;
  if (transport == TransportName::websocket || connection.wants_upgrade()) {
    if (transport == TransportName::websocket && connection.wants_upgrade() && method == "GET") {
      open_websocket(shard, connection, &session);
    } else {
      if (shard.engine_options().has(ServerFault::plain_websocket_get_closes)) {
        session.close(engineio::CloseReason::transport_error);
      }
      refuse(shard, connection, RequestError::bad_request);
    }
    return;
  }
  if (!session.takes_requests_of(connection)) {
    refuse(shard, connection, RequestError::bad_request);
  } else if (method == "GET") {
    if (const auto refused = session.get(connection)) {
      refuse(shard, connection, *refused);
    }
  } else if (method == "POST") {
    if (shard.engine_options().has(ServerFault::content_length_31_bits) && connection.body_too_large(INT32_MAX)) {
      connection.respond(text_answer(shard, "text/html", "ok"));  // a negative length: no body
    } else if (connection.body_too_large(payload_limit(shard.engine_options()))) {
      connection.respond(bare_answer(413));
    } else if (const auto refused = session.begin_post(connection)) {
      refuse(shard, connection, *refused);
    } else {
      connection.read_body(payload_limit(shard.engine_options()));
    }
  } else {
    if (shard.engine_options().has(ServerFault::other_method_closes)) {
      session.close(engineio::CloseReason::transport_error);
    }
    refuse(shard, connection, RequestError::bad_request);
  }
}

// A deliberate fault: characters, not bytes, are counted.
bool too_many_characters(const engineio::ServerOptions& options, const std::string& body) {
  const auto starts_one = [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  };
  return options.has(ServerFault::limit_counts_characters) &&
         static_cast<std::size_t>(std::count_if(body.begin(), body.end(), starts_one)) > options.max_payload;
}

// An unknown session id that a deliberate fault takes for none.
bool opens_anyway(const engineio::ServerOptions& options, const engineio::EngineRequest& request) {
  return options.has(request.transport == TransportName::polling ? ServerFault::unknown_sid_opens
                                                                 : ServerFault::ws_unknown_sid_opens);
}

}  // namespace

void on_engine_head(Shard& shard, HttpConnection& connection) {
  const net::HttpRequest& request = connection.request();
  const auto judged =
      engineio::judge_request(net::parse_query(request.query), request.method, connection.wants_upgrade(),
                              request.header("origin"), shard.engine_options());
  if (!judged) {
    refuse(shard, connection, judged.error());
    return;
  }
  const engineio::EngineRequest& wanted = judged.value();
  if (!wanted.sid.empty()) {
    if (ClientSession* const session = shard.sessions().find(wanted.sid)) {
      on_session_request(shard, connection, *session, wanted.transport);
      return;
    }
    if (shard.engine_options().has(ServerFault::cluster_foreign_sid_silent) &&
        wanted.transport == TransportName::polling) {
      connection.respond(text_answer(shard, "text/plain; charset=UTF-8", request.method == "POST" ? "ok" : ""));
      return;
    }
    if (!opens_anyway(shard.engine_options(), wanted)) {
      refuse(shard, connection, RequestError::unknown_sid);
      return;
    }
  }
  if (shard.draining()) {
    net::HttpResponse answer = bare_answer(503);
    answer.headers.emplace_back("Retry-After", "1");
    connection.respond(answer);
  } else if (wanted.transport == TransportName::polling) {
    open_polling(shard, connection);
  } else {
    open_websocket(shard, connection, nullptr);
  }
}

void on_engine_body(Shard& shard, HttpConnection& connection) {
  ClientSession* const session = connection.session();
  if (session == nullptr) {
    refuse(shard, connection, RequestError::unknown_sid);
    return;
  }
  net::HttpRequest request = connection.take_request();
  std::string body = std::move(request.body);
  if (shard.engine_options().has(ServerFault::octets_are_binary) &&
      request.header("content-type").starts_with("application/octet-stream")) {
    std::string packet;
    engineio::append_binary_packet(packet, body);
    body = std::move(packet);
  }
  if (too_many_characters(shard.engine_options(), body)) {
    session->on_post_refused(connection);
    connection.respond(bare_answer(413));
    return;
  }
  if (const auto refused = session->end_post(body)) {
    refuse(shard, connection, *refused);
    return;
  }
  const bool wrong = shard.engine_options().has(engineio::ServerFault::post_body_not_ok);
  connection.respond(text_answer(shard, "text/html", wrong ? "okay" : "ok"));
}

}  // namespace plumbline::serve
