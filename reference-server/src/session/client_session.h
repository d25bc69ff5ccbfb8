// One client: its Engine.IO session, its namespaces, and the connections that carry it at the moment. Stage: session.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/application.h"
#include "plumbline/socketio/server_connection.h"
#include "plumbline/socketio/server_session.h"
#include "session/session_id.h"
#include "transport/http_connection.h"
#include "transport/timer_wheel.h"
#include "transport/ws_connection.h"

namespace plumbline::serve {

class Shard;
class SocketAdapter;

// Owned by its shard's registry; destroyed at the end of the turn in which it finished.
class ClientSession final : public TimerNode, private engineio::SessionHost, private socketio::ConnectionHost {
 public:
  ClientSession(Shard& shard, SessionId sid, engineio::TransportName transport, net::HttpRequest handshake);
  ~ClientSession() override;

  [[nodiscard]] std::string_view sid() const { return {sid_.data(), sid_.size()}; }
  [[nodiscard]] engineio::TransportName transport() const { return engine_.transport(); }
  [[nodiscard]] std::size_t buffered_bytes() const;
  [[nodiscard]] bool writable() const;  // the transport would take a packet at once

  // The handshake's answer, polling or WebSocket.
  [[nodiscard]] std::string open_on_polling() const { return engine_.open_on_polling(sid()); }
  void open_on_websocket(int fd, std::string rest, bool deflate);

  [[nodiscard]] std::optional<engineio::RequestError> get(HttpConnection& connection);
  [[nodiscard]] std::optional<engineio::RequestError> begin_post(HttpConnection& connection);
  [[nodiscard]] std::optional<engineio::RequestError> end_post(std::string_view body);
  void on_post_refused(HttpConnection& connection);
  void on_connection_lost(HttpConnection& connection, HttpConnection::Role role);

  [[nodiscard]] std::optional<engineio::RequestError> attach_websocket();
  void start_upgrade(int fd, std::string rest, bool deflate);
  void on_websocket_message(bool binary, std::string_view payload);
  void on_websocket_closed(engineio::CloseReason reason);

  void flush_poll();  // at the end of a loop turn
  // Only a deliberate fault cares which connection a request comes on.
  void opened_by(HttpConnection& connection);
  [[nodiscard]] bool takes_requests_of(const HttpConnection& connection) const;

  void on_overflow() override;
  void close(engineio::CloseReason reason);
  void on_timer(Time now) override;

 private:
  friend class SocketAdapter;
  void drop_websocket();
  // The deliberate faults, in client_session_faults.cpp; they do nothing in builds without them.
  [[nodiscard]] bool faulty_message(bool binary, std::string_view payload);
  [[nodiscard]] bool faulty_send(const socketio::FramePtr& frame);
  [[nodiscard]] bool faulty_timer(Time now);
  [[nodiscard]] Time faulty_deadline() const;
  void joins_crowd();
  void send_held();
  void after_input();  // timers, and the end when finished
  void keep_short_handshake();

  void answer_poll(std::string payload) override;
  void abort_post() override;
  void ws_text(std::string_view packet) override;
  void ws_binary(std::string_view bytes) override;
  void ws_frame(const socketio::FramePtr& frame) override;
  void ws_close(engineio::CloseReason reason) override;
  void want_flush() override;
  void on_message(bool binary, std::string_view payload, Time now) override;
  void on_close(engineio::CloseReason reason, Time now) override;

  void send(const socketio::FramePtr& frame) override;
  void protocol_error(std::string_view why) override;
  void connect_timeout() override;
  [[nodiscard]] socketio::ServerSocketPtr make_socket(std::string_view nsp) override;
  void on_connect(const socketio::ServerSocketPtr& socket, std::string_view auth) override;
  void on_connected(const socketio::ServerSocketPtr& socket) override;
  void on_event(const socketio::ServerSocketPtr& socket, const socketio::IncomingEvent& event) override;
  void on_ack(const socketio::ServerSocketPtr& socket, std::uint64_t id, std::string_view array) override;
  void on_disconnect(const socketio::ServerSocketPtr& socket, std::string_view reason) override;

  Shard& shard_;
  SessionId sid_;
  bool retired_{false};
  bool flush_wanted_{false};
  engineio::ServerSession engine_;
  socketio::ServerConnection namespaces_;
  std::unique_ptr<net::HttpRequest> handshake_;
  std::unique_ptr<WsConnection> ws_;
  HttpConnection* parked_{nullptr};
  HttpConnection* posting_{nullptr};
#if defined(PLUMBLINE_MUTANTS)
  Time connected_at_{};
  Time held_until_{Time::max()};
  std::string held_;
  std::string neighbour_;
  std::weak_ptr<HttpConnection> opened_by_;
#endif
};

}  // namespace plumbline::serve
