// The client's half of one Engine.IO + Socket.IO session, sans-I/O: packets and time in, packets and events out.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plumbline/base/clock.h"
#include "plumbline/base/result.h"
#include "plumbline/socketio/packet.h"

namespace plumbline::socketio {

// What the session asks of whoever moves its bytes. None of the calls may destroy the session; on_ended is the last.
class ClientSessionHost {
 public:
  virtual ~ClientSessionHost() = default;

  // One Engine.IO packet on the session's transport, in order: polling until use_probe, WebSocket afterwards.
  virtual void send_text(std::string_view engine_packet) = 0;
  virtual void send_binary(std::string_view bytes) = 0;

  // Upgrade (engine.io v4: Upgrade): open a WebSocket with this session id, then call probe_opened or probe_failed.
  virtual void open_probe() = 0;
  virtual void send_probe(std::string_view engine_packet) = 0;  // on that WebSocket
  virtual void pause_polling() = 0;  // no new request; call polling_paused when none is in flight
  virtual void abandon_probe() = 0;  // it failed: close it and poll on
  virtual void use_probe() = 0;      // the WebSocket is the transport now; held packets go there

  virtual void on_connected(std::string_view sid) = 0;
  virtual void on_connect_refused(std::string_view json) = 0;  // CONNECT_ERROR; the session has ended
  virtual void on_event(const PacketView& packet, const std::vector<std::string>& attachments) = 0;
  virtual void on_ack(std::uint64_t id, std::string_view array) = 0;
  virtual void on_ended(const Error& why) = 0;  // protocol broken, closed by the server, or out of time
};

class ClientSession {
 public:
  struct Options {
    std::string nsp{"/"};
    std::string auth{};                          // JSON object text, empty for none
    bool upgrade{false};                         // probe a WebSocket when the server offers it
    Duration timeout{std::chrono::seconds{20}};  // from start to the answer to CONNECT
  };

  // The host must outlive the session.
  ClientSession(ClientSessionHost& host, Options options, Time now);

  // Packets of the session's transport: text with its type digit, or binary without.
  void on_text(std::string_view engine_packet, Time now);
  void on_binary(std::string_view bytes);

  // Events of an upgrade.
  void probe_opened();
  void on_probe_text(std::string_view engine_packet);
  void probe_failed();
  void polling_paused();

  // The moment by which on_time must be called; it moves when pings come.
  [[nodiscard]] Time deadline() const { return deadline_; }
  void on_time(Time now);

  // False when not connected to the namespace, or when the packet is larger than the server takes (maxPayload).
  bool emit(std::string_view data, std::optional<std::uint64_t> ack_id = std::nullopt,
            std::span<const std::string> attachments = {});
  bool ack(std::uint64_t id, std::string_view array);
  void transport_lost(const Error& why) { end(why); }
  void abandon() { state_ = State::ended; }  // nothing is sent or reported any more
  void disconnect();                         // sends `41`; the session has ended, without on_ended

  [[nodiscard]] bool connected() const { return state_ == State::joined; }
  [[nodiscard]] bool ended() const { return state_ == State::ended; }
  [[nodiscard]] const std::string& engine_sid() const { return engine_sid_; }
  [[nodiscard]] std::size_t max_payload() const { return max_payload_; }  // 0: the server declared none

 private:
  enum class State : std::uint8_t { opening, joining, joined, ended };
  enum class Upgrade : std::uint8_t { none, connecting, probing, pausing, done };

  void on_open(std::string_view json, Time now);
  void on_message(std::string_view text);
  void on_reassembled(const Result<std::optional<Packet>>& packet);
  void deliver(const PacketView& packet, const std::vector<std::string>& attachments);
  void on_connect(const PacketView& packet);
  bool send_packet(PacketType type, std::optional<std::uint64_t> id, std::string_view data, std::size_t attachments);
  void end(const Error& why);

  ClientSessionHost* host_;
  std::string nsp_;
  std::string auth_;
  std::string engine_sid_;
  Reassembler reassembler_;
  Time deadline_;
  Time heard_;           // when the open packet or the last ping came
  Duration patience_{};  // pingInterval + pingTimeout
  std::size_t max_payload_{0};
  State state_{State::opening};
  Upgrade upgrade_{Upgrade::none};
  bool wants_upgrade_;
};

}  // namespace plumbline::socketio
