#include "session/client_session.h"

#include <atomic>
#include <string>
#include <utility>

#include "session/socket_adapter.h"
#include "transport/shard.h"

namespace plumbline::serve {
namespace {

using engineio::ServerFault;

std::size_t message_limit(const engineio::ServerOptions& options) {
  if (options.has(ServerFault::no_max_payload) || options.has(ServerFault::ws_limit_missing)) {
    return 64 * options.max_payload;
  }
  return options.has(ServerFault::max_payload_off_by_one) ? options.max_payload - 1 : options.max_payload;
}

// Of a connection that may be sent compressed messages, or not.
std::size_t message_limit(const engineio::ServerOptions& options, bool deflate) {
  const bool packed = deflate && options.has(ServerFault::deflate_limit_counts_packed);
  return packed ? 2 * options.max_payload : message_limit(options);
}

websocket::CloseCode close_code(const engineio::ServerOptions& options, engineio::CloseReason reason) {
  if (options.has(ServerFault::ws_close_4000)) {
    return static_cast<websocket::CloseCode>(4000);
  }
  // The reference server closes without a status; only the end of the server itself is worth a word.
  return reason == engineio::CloseReason::shutting_down ? websocket::CloseCode::going_away
                                                        : websocket::CloseCode::no_status;
}

}  // namespace

ClientSession::ClientSession(Shard& shard, SessionId sid, engineio::TransportName transport, net::HttpRequest handshake)
    : shard_(shard),
      sid_(sid),
      engine_(shard.engine_options(), *this, transport, shard.now()),
      namespaces_(shard.engine_options(), *this, shard.now()),
      handshake_(std::make_unique<net::HttpRequest>(std::move(handshake))) {
  after_input();
}

ClientSession::~ClientSession() {
  for (HttpConnection* const connection : {parked_, posting_}) {
    if (connection != nullptr) {
      connection->unbind();
    }
  }
}

std::size_t ClientSession::buffered_bytes() const {
  return ws_ ? ws_->buffered_bytes() : engine_.buffered_bytes();
}

bool ClientSession::writable() const {
  return engine_.transport() == engineio::TransportName::websocket ? ws_ && ws_->writable() : parked_ != nullptr;
}

// --- polling -------------------------------------------------------------------------------------------------------

std::optional<engineio::RequestError> ClientSession::get(HttpConnection& connection) {
  const auto refused = engine_.begin_get(shard_.now());  // an overlap answers the first one and ends the session
  if (!refused) {
    parked_ = &connection;
    connection.bind(*this, HttpConnection::Role::poll);
    engine_.serve_poll(shard_.now());
  }
  after_input();
  return refused;
}

std::optional<engineio::RequestError> ClientSession::begin_post(HttpConnection& connection) {
  const auto refused = engine_.begin_post(connection.request().header("content-type"), shard_.now());
  if (!refused) {
    posting_ = &connection;
    connection.bind(*this, HttpConnection::Role::post);
  }
  after_input();
  return refused;
}

std::optional<engineio::RequestError> ClientSession::end_post(std::string_view body) {
  posting_ = nullptr;
  const auto refused = engine_.end_post(body, shard_.now());
  if (shard_.engine_options().has(ServerFault::binary_in_one_post_only)) {
    namespaces_.forget_attachments();
  }
  after_input();
  return refused;
}

void ClientSession::on_post_refused(HttpConnection&) {
  posting_ = nullptr;
  engine_.on_post_refused();
}

void ClientSession::on_connection_lost(HttpConnection&, HttpConnection::Role role) {
  if (role == HttpConnection::Role::poll) {
    parked_ = nullptr;
    engine_.on_poll_cut(shard_.now());
  } else {
    posting_ = nullptr;
    engine_.on_post_cut(shard_.now());
  }
  after_input();
}

void ClientSession::answer_poll(std::string payload) {
  if (HttpConnection* const connection = std::exchange(parked_, nullptr)) {
    net::HttpResponse answer;
    const bool wrong_type = shard_.engine_options().has(ServerFault::wrong_content_type);
    answer.content_type = wrong_type ? "application/octet-stream" : "text/plain; charset=UTF-8";
    if (!shard_.engine_options().has(ServerFault::no_cache_header)) {
      answer.headers.emplace_back("Cache-Control", "no-store");
    }
    if (shard_.engine_options().has(ServerFault::cookie_on_every_answer) && !shard_.options().cookie.empty()) {
      answer.headers.emplace_back("Set-Cookie", shard_.options().cookie + "=" + std::string(sid()));
    }
    answer.body = std::move(payload);
    connection->respond(answer);
  }
}

void ClientSession::abort_post() {
  if (HttpConnection* const connection = std::exchange(posting_, nullptr)) {
    connection->abort();
  }
}

void ClientSession::want_flush() {
  if (!std::exchange(flush_wanted_, true)) {
    shard_.flush_later(*this);
  }
}

void ClientSession::flush_poll() {
  flush_wanted_ = false;
  engine_.flush(shard_.now());
}

// --- WebSocket -----------------------------------------------------------------------------------------------------

void ClientSession::open_on_websocket(int fd, std::string rest, bool deflate) {
  ws_ = std::make_unique<WsConnection>(shard_, *this, fd, message_limit(shard_.engine_options(), deflate), deflate);
  engine_.open_on_websocket(sid());
  if (!rest.empty()) {
    ws_->feed(rest);
  }
  after_input();
  joins_crowd();
}

std::optional<engineio::RequestError> ClientSession::attach_websocket() {
  const auto refused = engine_.attach_websocket(shard_.now());
  after_input();
  return refused;
}

void ClientSession::start_upgrade(int fd, std::string rest, bool deflate) {
  ws_ = std::make_unique<WsConnection>(shard_, *this, fd, message_limit(shard_.engine_options(), deflate), deflate);
  if (!rest.empty()) {
    ws_->feed(rest);
  }
  after_input();
}

void ClientSession::on_websocket_message(bool binary, std::string_view payload) {
  if (faulty_message(binary, payload)) {
    return;
  }
  engine_.on_ws_message(binary, payload, shard_.now());
  after_input();
}

void ClientSession::on_websocket_closed(engineio::CloseReason reason) {
  drop_websocket();
  engine_.on_ws_closed(reason, shard_.now());
  after_input();
}

// It may be on the stack: destroyed at the end of the turn.
void ClientSession::drop_websocket() {
  if (ws_) {
    shard_.bury(std::move(ws_));
  }
}

void ClientSession::ws_text(std::string_view packet) {
  if (ws_) {
    ws_->send_message(websocket::MessageKind::text, packet);
  }
}

void ClientSession::ws_binary(std::string_view bytes) {
  if (ws_) {
    ws_->send_message(websocket::MessageKind::binary, bytes);
  }
}

void ClientSession::ws_frame(const socketio::FramePtr& frame) {
  if (ws_) {
    ws_->send(frame);
  }
}

void ClientSession::ws_close(engineio::CloseReason reason) {
  if (ws_) {
    ws_->close(close_code(shard_.engine_options(), reason));
    drop_websocket();
  }
}

void ClientSession::on_overflow() {
  ++shard_.counters().overflow_disconnects;
  shard_.close_later(*this, engineio::CloseReason::overflow);
}

// --- life ----------------------------------------------------------------------------------------------------------

void ClientSession::after_input() {
  if (engine_.finished()) {
    if (!std::exchange(retired_, true)) {
      shard_.retire(*this);
    }
    return;
  }
  Time deadline = engine_.next_deadline();
  if (engine_.open() && !shard_.engine_echo()) {
    deadline = std::min(deadline, namespaces_.next_deadline());
  }
  shard_.timers().schedule(*this, std::min(deadline, faulty_deadline()));
}

void ClientSession::on_timer(Time now) {
  if (faulty_timer(now)) {
    return;
  }
  engine_.on_deadline(now);
  if (engine_.open() && !shard_.engine_echo()) {
    namespaces_.on_deadline(now);
  }
  after_input();
}

void ClientSession::close(engineio::CloseReason reason) {
  engine_.close(reason, shard_.now());
  after_input();
}

void ClientSession::on_close(engineio::CloseReason reason, Time) {
  ++shard_.counters().sessions_closed;
  namespaces_.on_transport_closed(engineio::to_string(reason));
}

// --- Socket.IO -----------------------------------------------------------------------------------------------------

void ClientSession::on_message(bool binary, std::string_view payload, Time now) {
  ++shard_.counters().messages_in;
  if (shard_.engine_echo()) {
    engine_.send_message(binary, payload);
  } else if (binary) {
    namespaces_.on_binary(payload);
  } else if (shard_.engine_options().has(ServerFault::astral_replaced)) {
    std::string text(payload);
    for (std::size_t at = text.find('\xf0'); at != std::string::npos; at = text.find('\xf0')) {
      text.replace(at, 4, "?");
    }
    namespaces_.on_text(text);
  } else {
    namespaces_.on_text(payload);
  }
  namespaces_.watch_attachments(now);
}

void ClientSession::send(const socketio::FramePtr& frame) {
  if (!faulty_send(frame)) {
    engine_.send(frame);
  }
}

void ClientSession::protocol_error(std::string_view) {
  ++shard_.counters().protocol_errors;
#if defined(PLUMBLINE_MUTANTS)
  if (shard_.engine_options().has(ServerFault::bad_packet_leaks)) {
    constexpr std::size_t kLeak = std::size_t{64} << 10U;
    static std::atomic<std::string*> last;
    last = new std::string(kLeak, 'x');
  }
#endif
  close(engineio::CloseReason::parse_error);
}

void ClientSession::connect_timeout() {
  close(engineio::CloseReason::server_close);
}

socketio::ServerSocketPtr ClientSession::make_socket(std::string_view nsp) {
  if (!shard_.application().has_namespace(nsp)) {
    return nullptr;
  }
  std::string id = shard_.ids().socket_id();
  if (shard_.engine_options().has(ServerFault::same_sid_as_engine)) {
    id = sid();
  } else if (shard_.engine_options().has(ServerFault::rejoin_old_sid)) {
    id = std::string(sid().rbegin(), sid().rend()) + (nsp == "/" ? "" : "c");
  }
  return std::make_shared<SocketAdapter>(*this, std::move(id), nsp);
}

void ClientSession::on_connect(const socketio::ServerSocketPtr& socket, std::string_view auth) {
  const auto adapter = std::static_pointer_cast<SocketAdapter>(socket);
  const ConnectRequest request{socket->namespace_name(), auth, handshake_.get()};
  Application* const joins_although_gone =
      shard_.engine_options().has(ServerFault::gone_client_joins) ? &shard_.application() : nullptr;
  shard_.application().on_connect(
      adapter, request, [joins_although_gone, weak = std::weak_ptr(adapter)](std::optional<ConnectRefusal> refusal) {
        const auto waiting = weak.lock();
        if (waiting && waiting->connection() == nullptr && joins_although_gone) {
          joins_although_gone->on_connected(waiting);
        }
        if (!waiting || waiting->connection() == nullptr) {
          return;  // the client is gone
        }
        if (refusal) {
          waiting->connection()->refuse(waiting, {std::move(refusal->message), std::move(refusal->data)});
        } else {
          waiting->connection()->accept(waiting);
        }
      });
}

void ClientSession::on_connected(const socketio::ServerSocketPtr& socket) {
#if defined(PLUMBLINE_MUTANTS)
  connected_at_ = shard_.now();
#endif
  keep_short_handshake();
  after_input();
  shard_.application().on_connected(std::static_pointer_cast<SocketAdapter>(socket));
}

// An idle connection must not carry its handshake's headers; a later namespace may still want what identifies the user.
void ClientSession::keep_short_handshake() {
  net::HttpRequest& request = *handshake_;
  net::Headers kept;
  for (auto& header : request.headers) {
    if (header.first == "authorization" || header.first == "cookie") {
      kept.push_back(std::move(header));
    }
  }
  request.headers = std::move(kept);
  request.headers.shrink_to_fit();
}

void ClientSession::on_event(const socketio::ServerSocketPtr& socket, const socketio::IncomingEvent& event) {
  const Event forwarded{event.name, event.args, event.ack_id, event.attachments};
  shard_.application().on_event(std::static_pointer_cast<SocketAdapter>(socket), forwarded);
}

void ClientSession::on_ack(const socketio::ServerSocketPtr& socket, std::uint64_t id, std::string_view array) {
  shard_.application().on_ack(std::static_pointer_cast<SocketAdapter>(socket), id, array);
}

void ClientSession::on_disconnect(const socketio::ServerSocketPtr& socket, std::string_view reason) {
  shard_.application().on_disconnect(std::static_pointer_cast<SocketAdapter>(socket), reason);
}

}  // namespace plumbline::serve
