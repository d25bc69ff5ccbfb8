// Engine.IO v4, server side, as a pure state machine: one session over polling, WebSocket, and the upgrade between
// them. No I/O and no clock: the transport reports what came and when, the session says what leaves.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "plumbline/base/clock.h"
#include "plumbline/base/result.h"
#include "plumbline/socketio/engine_packet.h"
#include "plumbline/socketio/packet.h"
#include "plumbline/socketio/server_handshake.h"
#include "plumbline/socketio/server_options.h"

namespace plumbline::engineio {

enum class CloseReason : std::uint8_t {
  transport_close,  // the peer went away
  transport_error,  // broken use of a transport: overlapping polls, aborted body
  ping_timeout,
  parse_error,    // bytes that the protocol forbids
  client_close,   // packet `1`
  server_close,   // asked for by the application
  shutting_down,  // SIGTERM
  overflow,       // the client reads more slowly than it is written to
};
[[nodiscard]] std::string_view to_string(CloseReason reason);  // the words of the reference server

// What a session asks of its transport and tells its owner. No call may destroy the session.
class SessionHost {
 public:
  virtual ~SessionHost() = default;

  // Answers the parked GET with 200 and this payload; called only while one is parked.
  virtual void answer_poll(std::string payload) = 0;
  // A POST whose body is still coming in is to be cut off.
  virtual void abort_post() = 0;
  // The one WebSocket of the session: its transport, or the candidate of an upgrade.
  virtual void ws_text(std::string_view packet) = 0;
  virtual void ws_binary(std::string_view bytes) = 0;
  virtual void ws_frame(const socketio::FramePtr& frame) = 0;
  virtual void ws_close(CloseReason reason) = 0;  // after what was sent before; no ws_* call follows

  // Packets wait for the parked GET: call flush() at the end of the loop turn.
  virtual void want_flush() = 0;
  // The bounded buffer of a polling client is full: close(overflow) once no application code is on the stack.
  virtual void on_overflow() = 0;

  virtual void on_message(bool binary, std::string_view payload, Time now) = 0;
  virtual void on_close(CloseReason reason, Time now) = 0;  // exactly once
};

// Lives on one thread. The owner keeps it until finished() is true, calls on_deadline no later than next_deadline asks,
// and destroys it outside of its own callbacks.
class ServerSession {
 public:
  ServerSession(const ServerOptions& options, SessionHost& host, TransportName transport, Time now);
  ~ServerSession();
  ServerSession(const ServerSession&) = delete;
  ServerSession& operator=(const ServerSession&) = delete;

  // WebSocket sessions: sends the open packet. Polling sessions: gives the body of the handshake's answer.
  void open_on_websocket(std::string_view sid);
  [[nodiscard]] std::string open_on_polling(std::string_view sid) const;

  // Polling. A GET may be parked by the host only after begin_get() agreed; serve_poll() then answers it as soon as
  // there is something to say. A POST is announced when its header is complete and ended with its whole body.
  [[nodiscard]] std::optional<RequestError> begin_get(Time now);
  void serve_poll(Time now);
  void on_poll_cut(Time now);
  [[nodiscard]] std::optional<RequestError> begin_post(std::string_view content_type, Time now);
  [[nodiscard]] std::optional<RequestError> end_post(std::string_view body, Time now);
  void on_post_cut(Time now);  // the connection broke before the body was complete
  void on_post_refused();      // the transport answered 413: nothing is processed, the session lives
  void flush(Time now);

  // WebSocket. attach_websocket() decides before the 101 whether a second transport may be tried.
  [[nodiscard]] std::optional<RequestError> attach_websocket(Time now);
  void on_ws_message(bool binary, std::string_view payload, Time now);
  void on_ws_closed(CloseReason reason, Time now);

  // Messages to the client, in order; ignored once the session is not open.
  void send(const socketio::FramePtr& frame);
  void send_message(bool binary, std::string_view payload);

  // What was sent before is still delivered: on WebSocket before the close frame, on polling with the next GET.
  void close(CloseReason reason, Time now);

  [[nodiscard]] Time next_deadline() const;
  void on_deadline(Time now);

  [[nodiscard]] TransportName transport() const { return transport_; }
  [[nodiscard]] bool open() const { return state_ == State::open; }
  [[nodiscard]] bool awaiting_pong() const { return awaiting_pong_; }
  // Waiting for a polling client's next GET.
  [[nodiscard]] std::size_t buffered_bytes() const;
  // Nothing will be said any more, also not to a late GET: the owner may forget the session.
  [[nodiscard]] bool finished() const { return state_ == State::closed; }

 private:
  enum class State : std::uint8_t { open, closing, closed };  // closing: a polling client has not fetched `1` yet
  enum class Upgrade : std::uint8_t { none, attached, probed };
  struct Polling;  // only until the upgrade: an idle WebSocket session does not carry it

  [[nodiscard]] bool upgraded() const { return transport_ == TransportName::websocket; }
  [[nodiscard]] bool has(ServerFault fault) const { return options_->has(fault); }
  [[nodiscard]] Duration ping_interval() const;
  [[nodiscard]] Time next_ping(Time now) const;
  // The deliberate faults, in server_session_faults.cpp; constants that do nothing in builds without them.
  [[nodiscard]] bool faulty_packet(const PacketView& packet, Time now);
  [[nodiscard]] bool faulty_frame(const socketio::FramePtr& frame);
  [[nodiscard]] bool takes_over() const;
  [[nodiscard]] bool polls_on_websocket() const;
  void on_pong(Time now);
  void on_packet(const PacketView& packet, Time now);
  void on_candidate_message(bool binary, std::string_view payload, Time now);
  void finish_upgrade(Time now);
  void drop_candidate();
  void shut_polling(CloseReason reason, Time now);
  void ping(Time now);
  struct Outgoing;
  [[nodiscard]] bool loses_one(const Outgoing& packet);
  [[nodiscard]] std::optional<std::string> misread_payload(std::string_view body) const;
  void enqueue(Outgoing packet, std::size_t bytes);
  void answer_parked(std::string_view farewell);

  const ServerOptions* options_;
  SessionHost* host_;
  Time heartbeat_at_;  // when to ping, or by when the pong is due
  std::unique_ptr<Polling> polling_;
  TransportName transport_;
  State state_{State::open};
  Upgrade upgrade_{Upgrade::none};
  bool awaiting_pong_{false};
#if defined(PLUMBLINE_MUTANTS)
  bool born_on_websocket_{transport_ == TransportName::websocket};
  unsigned emitted_{0};
#endif
};

}  // namespace plumbline::engineio
