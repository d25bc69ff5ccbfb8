// All connections of one case, polled together on the case's own thread. Stage: wire.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "wire/http_exchange.h"
#include "wire/web_socket.h"

namespace plumbline::conform {

// Every wait pumps every connection, so that an event is stamped when it happens and none is missed.
class Wire {
 public:
  Wire(const Endpoint& endpoint, WireLog& log, const Clock& clock) : endpoint_(endpoint), log_(log), clock_(clock) {}

  // `query` without '?'. Headers are literal lines, each ending in CRLF. Objects live as long as the Wire.
  HttpExchange& http(std::string_view method, std::string_view query, std::string_view body = {},
                     std::string_view header_lines = {});
  WebSocket& web_socket(std::string_view query);

  // Pumps until the predicate holds (true) or the time is over (false).
  bool until(const std::function<bool()>& predicate, Duration bound);
  void pump_for(Duration duration);
  // Runs after each round of polling: how a session keeps a poll in flight.
  void on_round(std::function<void()> hook) { hooks_.push_back(std::move(hook)); }

  [[nodiscard]] bool any_refused() const;  // the target did not accept a connection

 private:
  void round(Duration at_most);

  Endpoint endpoint_;
  WireLog& log_;
  const Clock& clock_;
  std::deque<std::unique_ptr<Connection>> connections_;
  std::vector<std::function<void()>> hooks_;
};

}  // namespace plumbline::conform
