// All connections of one case, served together on the case's own thread. Stage: wire.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "wire/http_exchange.h"
#include "wire/medium.h"
#include "wire/web_socket.h"

namespace plumbline::conform {

// Every wait serves every connection, so that an event is stamped when it happens and none is missed.
class Wire {
 public:
  // On a medium that outlives it, or on the network without a record.
  Wire(const Endpoint& endpoint, WireLog& log, Medium& medium);
  Wire(const Endpoint& endpoint, WireLog& log, const Clock& clock);

  // Further nodes of the target, numbered from 1 as they are added; what is opened from here on goes to one of them.
  void add_node(Endpoint endpoint);
  void to_node(std::size_t node) { node_ = node; }

  // `query` without '?'. Headers are literal lines, each ending in CRLF. Objects live as long as the Wire.
  HttpExchange& http(std::string_view method, std::string_view query, std::string_view body = {},
                     std::string_view header_lines = {});
  // A request line and Host, each with CRLF; without the empty line that ends a header. `path`: another than the
  // target's.
  [[nodiscard]] std::string request_head(std::string_view method, std::string_view query,
                                         std::string_view path = {}) const;
  // These bytes as they are: a request that is unusual, or only the beginning of one (HttpExchange::more).
  HttpExchange& http_raw(std::string_view bytes, HttpExchange::After after = HttpExchange::After::hang_up);
  WebSocket& web_socket(std::string_view query, std::string_view header_lines = {});

  // From now on events are read without the offset of connection state recovery.
  void take_offsets_off() { offsets_off_ = true; }
  [[nodiscard]] std::string as_read(std::string packet) const;

  // Serves until the predicate holds (true) or the time is over (false).
  bool until(const std::function<bool()>& predicate, Duration bound);
  void pump_for(Duration duration);
  // Runs after each round of serving: how a session keeps a poll in flight.
  void on_round(std::function<void()> hook) { hooks_.push_back(std::move(hook)); }

  [[nodiscard]] const Endpoint& endpoint() const { return endpoints_[node_]; }
  [[nodiscard]] bool any_refused() const;  // the target did not accept a connection
  [[nodiscard]] Medium& medium() const { return *medium_; }
  [[nodiscard]] WireLog& log() const { return log_; }

 private:
  void serve();
  [[nodiscard]] int next_number() const { return static_cast<int>(connections_.size() + 1); }

  std::vector<Endpoint> endpoints_;
  std::size_t node_{0};
  WireLog& log_;
  std::unique_ptr<Medium> own_;
  Medium* medium_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::function<void()>> hooks_;
  bool offsets_off_{false};
};

}  // namespace plumbline::conform
