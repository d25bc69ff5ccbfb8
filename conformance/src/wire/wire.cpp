#include "wire/wire.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

namespace plumbline::conform {

HttpExchange& Wire::http(std::string_view method, std::string_view query, std::string_view body,
                         std::string_view header_lines) {
  std::string request = fmt::format("{} {}?{} HTTP/1.1\r\nHost: {}\r\n{}", method, endpoint_.path, query,
                                    endpoint_.authority(), header_lines);
  if (method != "GET") {
    request += fmt::format("Content-Type: text/plain;charset=UTF-8\r\nContent-Length: {}\r\n", body.size());
  }
  request += "\r\n";
  request += body;
  auto exchange =
      std::make_unique<HttpExchange>(endpoint_, log_, clock_, static_cast<int>(connections_.size() + 1), request);
  HttpExchange& reference = *exchange;
  connections_.push_back(std::move(exchange));
  return reference;
}

WebSocket& Wire::web_socket(std::string_view query) {
  auto socket = std::make_unique<WebSocket>(endpoint_, log_, clock_, static_cast<int>(connections_.size() + 1),
                                            endpoint_.path + "?" + std::string(query));
  WebSocket& reference = *socket;
  connections_.push_back(std::move(socket));
  return reference;
}

bool Wire::until(const std::function<bool()>& predicate, Duration bound) {
  const Time deadline = clock_.now() + bound;
  while (!predicate()) {
    const Time now = clock_.now();
    if (now >= deadline) {
      round(Duration::zero());  // what arrived while this thread was not running still counts
      return predicate();
    }
    round(deadline - now);
  }
  return true;
}

void Wire::pump_for(Duration duration) {
  until([] { return false; }, duration);
}

void Wire::round(Duration at_most) {
  std::vector<pollfd> polled;
  std::vector<Connection*> owners;
  for (const auto& connection : connections_) {
    if (connection->fd() >= 0) {
      const int events = connection->wants_write() ? POLLIN | POLLOUT : POLLIN;
      polled.push_back({connection->fd(), static_cast<short>(events), 0});
      owners.push_back(connection.get());
    }
  }
  const auto bounded = std::clamp<Duration>(at_most, Duration::zero(), std::chrono::milliseconds{100});
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(bounded);
  const timespec wait{seconds.count(), (bounded - seconds).count()};
  ::ppoll(polled.data(), polled.size(), &wait, nullptr);
  for (std::size_t i = 0; i < polled.size(); ++i) {
    const int events = polled[i].revents;
    if (events != 0 && owners[i]->fd() >= 0) {
      owners[i]->service((events & (POLLIN | POLLHUP | POLLERR)) != 0, (events & POLLOUT) != 0);
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
