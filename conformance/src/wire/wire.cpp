#include "wire/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "wire/event_offset.h"
#include "wire/live_medium.h"

namespace plumbline::conform {

Wire::Wire(const Endpoint& endpoint, WireLog& log, Medium& medium)
    : endpoints_{endpoint}, log_(log), medium_(&medium) {}

Wire::Wire(const Endpoint& endpoint, WireLog& log, const Clock& clock)
    : endpoints_{endpoint}, log_(log), own_(std::make_unique<LiveMedium>(clock, nullptr)), medium_(own_.get()) {}

void Wire::add_node(Endpoint endpoint) {
  endpoint.node = static_cast<int>(endpoints_.size());
  endpoints_.push_back(std::move(endpoint));
}

HttpExchange& Wire::http(std::string_view method, std::string_view query, std::string_view body,
                         std::string_view header_lines) {
  std::string request = request_head(method, query);
  request += header_lines;
  if (method != "GET") {
    request += fmt::format("Content-Type: text/plain;charset=UTF-8\r\nContent-Length: {}\r\n", body.size());
  }
  request += "\r\n";
  request += body;
  return http_raw(request);
}

std::string Wire::request_head(std::string_view method, std::string_view query, std::string_view path) const {
  return fmt::format("{} {}{}{} HTTP/1.1\r\nHost: {}\r\n", method, path.empty() ? endpoint().path : path,
                     query.empty() ? "" : "?", query, endpoint().authority());
}

HttpExchange& Wire::http_raw(std::string_view bytes, HttpExchange::After after) {
  auto exchange = std::make_unique<HttpExchange>(*medium_, endpoint(), log_, next_number(), bytes, after);
  HttpExchange& reference = *exchange;
  connections_.push_back(std::move(exchange));
  return reference;
}

WebSocket& Wire::web_socket(std::string_view query, std::string_view header_lines) {
  auto socket = std::make_unique<WebSocket>(*medium_, endpoint(), log_, next_number(),
                                            endpoint().path + "?" + std::string(query), header_lines);
  WebSocket& reference = *socket;
  reference.take_offsets_off(offsets_off_);
  connections_.push_back(std::move(socket));
  return reference;
}

std::string Wire::as_read(std::string packet) const {
  return offsets_off_ ? without_offset(std::move(packet)) : packet;
}

bool Wire::until(const std::function<bool()>& predicate, Duration bound) {
  const Time deadline = medium_->deadline(bound);
  bool over = false;
  while (!predicate()) {
    if (over) {
      return false;
    }
    over = medium_->wait(deadline);
    serve();
  }
  return true;
}

void Wire::pump_for(Duration duration) {
  until([] { return false; }, duration);
}

void Wire::serve() {
  Event event;
  while (medium_->next(event)) {
    // A stored run may name any number.
    if (event.connection >= 1 && static_cast<std::size_t>(event.connection) <= connections_.size()) {
      connections_[static_cast<std::size_t>(event.connection) - 1]->on(event);
    }
  }
  for (std::size_t i = 0; i < hooks_.size(); ++i) {
    hooks_[i]();
  }
}

bool Wire::any_refused() const {
  return std::any_of(connections_.begin(), connections_.end(),
                     [](const auto& connection) { return connection->ending() == Ending::refused; });
}

}  // namespace plumbline::conform
