// Socket.IO v5, server side, as a pure state machine: the namespaces of one Engine.IO session. No I/O, no clock.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plumbline/base/clock.h"
#include "plumbline/socketio/packet.h"
#include "plumbline/socketio/server_options.h"

namespace plumbline::socketio {

class ServerConnection;

// One client in one namespace; the owner of the application derives from it.
class ServerSocket {
 public:
  enum class State : std::uint8_t { connecting, connected, gone };

  ServerSocket(std::string sid, std::string nsp) : sid_(std::move(sid)), nsp_(std::move(nsp)) {}
  virtual ~ServerSocket() = default;
  ServerSocket(const ServerSocket&) = delete;
  ServerSocket& operator=(const ServerSocket&) = delete;

  [[nodiscard]] const std::string& sid() const { return sid_; }
  [[nodiscard]] const std::string& namespace_name() const { return nsp_; }
  [[nodiscard]] State state() const { return state_; }
  // Connection-state recovery, before accept(): the sid of the lost connection, and the secret that resumes this one.
  void identify(std::string sid, std::string pid) {
    sid_ = std::move(sid);
    pid_ = std::make_unique<std::string>(std::move(pid));
  }
  // Null once the socket is gone.
  [[nodiscard]] ServerConnection* connection() const { return connection_; }

 private:
  friend class ServerConnection;
  std::string sid_;
  std::string nsp_;
  std::unique_ptr<std::string> pid_;
  ServerConnection* connection_{nullptr};
  State state_{State::connecting};
};
using ServerSocketPtr = std::shared_ptr<ServerSocket>;

struct ConnectError {
  std::string message;
  std::string data;  // JSON text, may be empty
};

struct IncomingEvent {
  std::string_view name;
  std::string_view args;  // JSON values joined by commas, may be empty
  std::optional<std::uint64_t> ack_id;
  const std::vector<std::string>* attachments;
};

// What a connection asks of its session and tells its application. No call may destroy the connection.
class ConnectionHost {
 public:
  virtual ~ConnectionHost() = default;

  virtual void send(const FramePtr& frame) = 0;
  virtual void protocol_error(std::string_view why) = 0;  // close the transport at once
  virtual void connect_timeout() = 0;

  // Null: there is no such namespace.
  [[nodiscard]] virtual ServerSocketPtr make_socket(std::string_view nsp) = 0;
  // Ask the application; it answers through accept() or refuse(), now or later.
  virtual void on_connect(const ServerSocketPtr& socket, std::string_view auth) = 0;
  virtual void on_connected(const ServerSocketPtr& socket) = 0;  // after the CONNECT answer was sent
  virtual void on_event(const ServerSocketPtr& socket, const IncomingEvent& event) = 0;
  // The client's answer to an event that carried an id; `array` is the JSON array of its arguments. Whether anybody
  // asked is for the application to know.
  virtual void on_ack(const ServerSocketPtr&, std::uint64_t, std::string_view) {}
  // Once per on_connected. Never from within emit() or leave(): those are told by the caller.
  virtual void on_disconnect(const ServerSocketPtr& socket, std::string_view reason) = 0;
};

// Lives on one thread, as long as its session.
class ServerConnection {
 public:
  ServerConnection(const engineio::ServerOptions& options, ConnectionHost& host, Time now);

  // Engine.IO messages, in order. Anything that the protocol forbids ends in protocol_error().
  void on_text(std::string_view text);
  void on_binary(std::string_view bytes);
  // Behind each of them: a header whose attachments stop coming is not waited for longer than for a client.
  void watch_attachments(Time now);
  void on_transport_closed(std::string_view reason);  // every joined namespace sees one disconnect
  // What only deliberate faults do: attachments that have come are lost; all namespaces but the main one are left.
  void forget_attachments() { reassembler_ = {}; }
  void forget_other_namespaces();

  void accept(const ServerSocketPtr& socket);
  void refuse(const ServerSocketPtr& socket, const ConnectError& error);
  void emit(const ServerSocket& socket, const FramePtr& frame);
  // Server-side disconnect (`41`). false when it was not connected. on_disconnect is left to the caller.
  bool leave(const ServerSocketPtr& socket);

  [[nodiscard]] const std::vector<ServerSocketPtr>& sockets() const { return sockets_; }

  // The connect timeout, over once a namespace has been joined, even if it is left later; that of missing attachments.
  [[nodiscard]] Time next_deadline() const { return std::min(connect_by_, attachment_by_); }
  void on_deadline(Time now);

 private:
  // The deliberate faults, in server_connection_faults.cpp; they do nothing in builds without them. True: dealt with.
  [[nodiscard]] std::optional<std::string> misread_text(std::string_view text);
  [[nodiscard]] bool faulty_packet(const PacketView& packet);
  [[nodiscard]] bool faulty_disconnect(const ServerSocketPtr& socket);
  [[nodiscard]] bool faulty_event(const ServerSocketPtr& socket, IncomingEvent& event);
  [[nodiscard]] std::string_view leaked_auth(std::string_view auth);
  void remember_refusal(const std::string& nsp, const FramePtr& frame);
  [[nodiscard]] bool refused_before(std::string_view nsp);
  void on_disconnect_packet(const ServerSocketPtr& socket);
  void on_packet(const PacketView& packet, const std::vector<std::string>& attachments);
  void on_connect_packet(const PacketView& packet);
  void on_event_packet(const ServerSocketPtr& socket, const PacketView& packet,
                       const std::vector<std::string>& attachments);
  void invalid(std::string_view why);
  void forget(const ServerSocketPtr& socket);
  [[nodiscard]] bool has(engineio::ServerFault fault) const { return options_->has(fault); }
  [[nodiscard]] ServerSocketPtr find(std::string_view nsp) const;

  const engineio::ServerOptions* options_;
  ConnectionHost* host_;
  Time connect_by_;
  Time attachment_by_{Time::max()};
  std::vector<ServerSocketPtr> sockets_;
  Reassembler reassembler_;
  bool dead_{false};
#if defined(PLUMBLINE_MUTANTS)
  std::string first_auth_;
  std::string held_;
  std::string refused_nsp_;
  FramePtr refusal_;
  unsigned events_{0};
#endif
};

}  // namespace plumbline::socketio
