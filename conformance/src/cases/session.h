// The steps that many cases begin with: open a session, join a namespace, send and await. Stage: cases.
#pragma once

#include <boost/json/value.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cases/context.h"

namespace plumbline::conform {

using Stop = std::optional<Finding>;  // a step that failed ends the case with this finding

inline constexpr char kSeparator = '\x1e';
inline constexpr std::string_view kPollingHandshake = "EIO=4&transport=polling";
inline constexpr std::string_view kWebSocketHandshake = "EIO=4&transport=websocket";

[[nodiscard]] std::string describe(const HttpExchange& exchange, Duration waited);  // "HTTP 400 {...}"
[[nodiscard]] std::optional<boost::json::value> parse_json(std::string_view text);
[[nodiscard]] bool same_json(std::string_view a, std::string_view b);  // equal as JSON values
[[nodiscard]] std::vector<std::string> split_payload(std::string_view body);

// One polling session. Manual until start(): then one GET is always in flight and pings are answered.
class Polling {
 public:
  explicit Polling(Context& context) : c_(context) {}
  Polling(const Polling&) = delete;
  Polling& operator=(const Polling&) = delete;

  [[nodiscard]] Stop open();                           // EIO-HS-01
  [[nodiscard]] Stop join(std::string_view nsp = "");  // EIO-PK-01: `40`, waits for the answer; starts polling
  [[nodiscard]] std::string query() const { return std::string(kPollingHandshake) + "&sid=" + sid_; }
  [[nodiscard]] const std::string& sid() const { return sid_; }
  HttpExchange& get() { return c_.wire.http("GET", query()); }
  // Waits for the answer to the POST before it, at most as long as an answer may take: two at a time close a session.
  HttpExchange& post(std::string_view body);

  void start();
  void stop() { polling_ = false; }  // lets the poll in flight end without a successor
  [[nodiscard]] bool idle() const { return poll_ == nullptr; }
  [[nodiscard]] HttpExchange* parked() const { return poll_; }
  // The first packet from `cursor` on that begins so, else nullopt; the cursor moves behind it.
  [[nodiscard]] std::optional<std::string> await(std::string_view beginning, Duration bound);
  [[nodiscard]] const std::vector<std::string>& packets() const { return packets_; }
  [[nodiscard]] const std::vector<Time>& pings() const { return pings_; }
  [[nodiscard]] bool dead() const { return dead_; }  // a poll was answered by an error or by `1`
  [[nodiscard]] Time dead_at() const { return dead_at_; }
  void answer_pings(bool yes) { answer_pings_ = yes; }  // behind a POST that is under way

  std::size_t cursor{0};

 private:
  void round();
  void on_poll_answer(const HttpExchange& poll);
  void pay_pong();
  [[nodiscard]] bool posting() const { return post_ != nullptr && !post_->done(); }
  HttpExchange& send(std::string_view body);

  Context& c_;
  std::string sid_;
  std::shared_ptr<Polling*> self_;  // the wire's hook dies with this session
  bool polling_{false};
  bool answer_pings_{true};
  std::optional<Time> pong_owed_;  // since
  bool dead_{false};
  Time dead_at_{};
  HttpExchange* poll_{nullptr};
  HttpExchange* post_{nullptr};       // the last one of this session
  std::vector<std::string> packets_;  // without pings
  std::vector<Time> pings_;
};

// Is this polling session closed? Polls it until an answer shows it, at most `within`.
struct Life {
  bool closed{false};
  std::string observed;
};
[[nodiscard]] Life polling_life(Context& c, Polling& session, Duration within);

// WebSocket steps. `expect_open_packet` consumes the open packet (EIO-HS-04); `join` sends `40` (SIO-CO-01).
[[nodiscard]] Stop expect_open_packet(Context& c, WebSocket& ws);
[[nodiscard]] Stop join(Context& c, WebSocket& ws, std::string_view nsp = "");
[[nodiscard]] Stop open_joined(Context& c, WebSocket*& ws);

// The next text message from the cursor on that begins so; the cursor moves behind it.
[[nodiscard]] std::optional<WsMessage> await(Context& c, WebSocket& ws, std::string_view beginning, Duration bound);
// Whether a text message from `from` on begins so; the cursor stays.
[[nodiscard]] bool any_begins(const WebSocket& ws, std::size_t from, std::string_view beginning);
[[nodiscard]] std::string heard(const WebSocket& ws, std::size_t from);  // what came instead, for people

// Echo round trip as a fence and as proof of life: `message` answered by `message-back` with the same word.
[[nodiscard]] bool echoes(Context& c, WebSocket& ws, std::string_view word);

// Closed after bad input while pings are answered, so that no timer can be the cause.
struct Closing {
  bool closed{false};
  bool fast{false};
  Duration after{};
  std::string observed;
};
[[nodiscard]] Closing await_close(Context& c, WebSocket& ws, Time since, Duration patience);
// For clauses whose only right behaviour is to close: alternative A fast, "slow" later, else violated.
[[nodiscard]] Finding must_close(Context& c, WebSocket& ws, Time since, std::string_view input);

}  // namespace plumbline::conform
