// The server that a client under test meets: right in everything but what a case's manners say. No sockets of its own,
// no clock: it is told requests, frames and the time. Stage: subject client.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "subject_client/client_connection.h"

namespace plumbline::conform {

enum class Via { post, web_socket, probe };

// One Engine.IO packet of the client. Binary: the bytes themselves, without `b` and base64.
struct Heard {
  Time at;
  Via via{Via::post};
  bool binary{false};
  std::string packet;
};

// What the client did in one Engine.IO session.
struct ClientSession {
  std::string sid;
  Time opened{};
  std::vector<Heard> heard;
  std::vector<Time> pings;              // when they went out: by polling with the answer to a GET
  std::vector<std::size_t> post_sizes;  // bytes of each POST body
  std::size_t polls{0};                 // GETs with this sid
  std::size_t polls_after_probe{0};     // begun after `3probe`
  std::size_t polls_after_upgrade{0};   // begun after `5`
  std::size_t overlapping_gets{0};
  std::size_t overlapping_posts{0};
  std::size_t web_sockets{0};
  std::size_t refused_upgrades{0};
  bool probe_answered{false};
  bool upgraded{false};
  bool forgotten{false};        // we answer "Session ID unknown" from now on
  std::optional<Time> gone_at;  // its WebSocket, once it is the transport, ended

  ClientConnection* poll{nullptr};  // the GET that waits for an answer
  ClientConnection* probe{nullptr};
  ClientConnection* web_socket{nullptr};
  std::vector<ClientConnection*> posting;  // the POSTs that wait for one
  std::vector<std::string> waiting;        // packets for the next poll, as in a payload
  Time next_ping{};

  [[nodiscard]] const Heard* find(std::string_view beginning, std::size_t from = 0) const;
  [[nodiscard]] std::size_t count(std::string_view beginning) const;
};

// How the server departs from the right behaviour.
struct Manners {
  enum class Upgrade { accept, refuse, close_at_probe, keep_waiting };
  // Answers the request itself and returns true, or leaves it to the server.
  std::function<bool(ClientConnection&, const ClientRequest&)> instead;
  std::function<std::string(const std::string& sid)> open_packet;              // the whole packet; empty: a right one
  std::function<std::string(const std::string& nsp, int nth)> connect_answer;  // Socket.IO text; "": none
  Upgrade upgrade{Upgrade::accept};
  bool offers_upgrade{false};
  bool pings{true};
  bool holds_posts{false};  // POSTs are taken in and not answered
  bool one_packet_a_poll{false};
  std::uint64_t max_payload{1'000'000};
};

class EngineServer final : public ConnectionOwner {
 public:
  EngineServer(Duration ping_interval, Duration ping_timeout) : interval_(ping_interval), timeout_(ping_timeout) {}

  Manners manners;

  void on_request(ClientConnection& connection, ClientRequest request) override;
  void on_message(ClientConnection& connection, bool binary, std::string payload) override;
  void on_gone(ClientConnection& connection) override;

  // Sends what is due, pings among it. Call after each round; `due()` says when at the latest.
  void turn(Time now);
  [[nodiscard]] std::optional<Time> due() const;

  void send(ClientSession& session, std::string_view packet);  // text packet with its type digit
  void send_binary(ClientSession& session, std::string_view bytes);
  void answer_probe(ClientSession& session);  // `3probe`, and `6` to the parked poll
  void release_posts();
  void forget(ClientSession& session);  // polls are answered 400, code 1

  [[nodiscard]] const std::vector<std::unique_ptr<ClientSession>>& sessions() const { return sessions_; }
  [[nodiscard]] ClientSession* last() const { return sessions_.empty() ? nullptr : sessions_.back().get(); }
  [[nodiscard]] const std::vector<Time>& handshakes() const { return handshakes_; }  // asked for, answered or not

 private:
  ClientSession& open(Time now);
  ClientSession* find(std::string_view sid) const;
  [[nodiscard]] std::string open_packet(const std::string& sid) const;
  void on_poll(ClientConnection& connection, ClientSession& session);
  void on_post(ClientConnection& connection, ClientSession& session, const ClientRequest& request);
  void on_upgrade(ClientConnection& connection, ClientSession& session);
  void on_probe(ClientSession& session, const std::string& packet, Time now);
  void hear(ClientSession& session, Heard heard);
  void flush(ClientSession& session);
  void ping(ClientSession& session);

  Duration interval_;
  Duration timeout_;
  Time now_{};
  std::vector<Time> handshakes_;
  std::vector<std::unique_ptr<ClientSession>> sessions_;
};

[[nodiscard]] std::string nsp_of(std::string_view socketio_packet);  // of "0/custom,{}": "/custom"

}  // namespace plumbline::conform
