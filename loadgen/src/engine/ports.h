// What the engine needs from the network, as ports: real ones on Asio, fakes in tests. Stage: engine.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "plumbline/client/http_client.h"
#include "plumbline/client/socketio_client.h"

namespace plumbline::load {

// One connection of one device; see client::SocketIoClient for the contract of each call.
class Link {
 public:
  virtual ~Link() = default;
  virtual void connect(const client::ConnectOptions& options) = 0;
  virtual bool emit(std::string_view data, std::optional<std::uint64_t> ack_id) = 0;
  virtual void close() = 0;
  virtual void abort() = 0;
};

class Wire {
 public:
  virtual ~Wire() = default;
  [[nodiscard]] virtual std::unique_ptr<Link> make_link(client::ClientListener& listener) = 0;
  virtual void http(client::HttpCall call, client::HttpDone done) = 0;
  [[nodiscard]] virtual std::size_t http_waiting() const = 0;
};

}  // namespace plumbline::load
