// A Socket.IO v4 client for many connections on few threads: connect, emit, receive. One object per virtual device.
// Lives on the thread that runs its io_context; every callback comes there.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "plumbline/base/clock.h"
#include "plumbline/base/result.h"
#include "plumbline/socketio/packet.h"

namespace plumbline::client {

struct Endpoint {
  std::string host{};  // name or literal
  std::uint16_t port{80};
  std::string path{"/socket.io/"};
};

enum class Transports : std::uint8_t { websocket, polling, upgrade };  // upgrade: polling first, then WebSocket

struct ConnectOptions {
  Endpoint endpoint{};
  Transports transports{Transports::websocket};
  std::string nsp{"/"};
  std::string auth{};                          // JSON object text, empty for none
  std::string query{};                         // extra query, e.g. "dialect=messenger"
  std::string source_address{};                // local address to bind, empty for any
  Duration timeout{std::chrono::seconds{20}};  // until the namespace is connected
  std::size_t max_message{16U << 20U};
};

// Receives what happens on one connection. Views are valid during the call; `received` is when the bytes were read.
class ClientListener {
 public:
  virtual ~ClientListener() = default;
  virtual void on_connect(std::string_view sid) = 0;
  virtual void on_connect_error(std::string_view json) = 0;  // CONNECT_ERROR; the transport is then closed
  // `data` is the EVENT's JSON array text, event name first.
  virtual void on_event(std::string_view data, const socketio::Packet& packet, Time received) = 0;
  virtual void on_ack(std::uint64_t id, std::string_view array, Time received) = 0;
  // After on_connect: once, whatever the cause. Before it: the connect failed (refused, timeout, closed).
  virtual void on_disconnect(const Error& why) = 0;
};

class SocketIoClient {
 public:
  // The listener must outlive the client or the call of close(); the io_context must outlive the client. All members
  // may be called, and the client destroyed, inside its callbacks. connect() may be called again after on_disconnect.
  SocketIoClient(boost::asio::io_context& context, ClientListener& listener);
  ~SocketIoClient();  // closes at once, without callbacks

  void connect(const ConnectOptions& options);
  [[nodiscard]] bool connected() const;

  // `data`: EVENT array text, event name first; with attachments it names each by {"_placeholder":true,"num":n}.
  // Sent at the end of the loop's turn. False when not connected, when 8 MiB already wait to be sent, or when the
  // packet is larger than the server declared to take.
  bool emit(std::string_view data, std::optional<std::uint64_t> ack_id = std::nullopt,
            std::span<const std::string> attachments = {});
  bool ack(std::uint64_t id, std::string_view array);

  void close();  // sends `41`, closes; no further callbacks
  void abort();  // drops the TCP connection without a word, as a lost network does; no further callbacks

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace plumbline::client
