// What the server runs on top of its transports: the chat core, the echo fixture. Stage: gateway.
// One Application per shard; every call comes on that shard's thread and must not block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plumbline/base/clock.h"
#include "plumbline/net/http.h"
#include "plumbline/socketio/packet.h"

namespace plumbline::serve {

// Whatever an application wants to remember per socket; destroyed with the socket.
struct SocketContext {
  virtual ~SocketContext() = default;
};

// One client in one namespace. Lives on one shard; emit and disconnect are no-ops once it is disconnected.
class Socket {
 public:
  virtual ~Socket() = default;
  [[nodiscard]] virtual const std::string& id() const = 0;  // Socket.IO sid
  [[nodiscard]] virtual const std::string& nsp() const = 0;
  [[nodiscard]] virtual bool connected() const = 0;
  virtual void emit(socketio::FramePtr frame) = 0;  // bounded buffer; overflow disconnects the client
  // Bytes emitted but not yet taken by the client: who has much to say (an offline backlog) waits while this is high.
  [[nodiscard]] virtual std::size_t buffered_bytes() const { return 0; }
  // false: what is emitted now waits in the buffer, for a slow reader or for the next poll.
  [[nodiscard]] virtual bool writable() const { return true; }
  // Connection-state recovery, within on_connect before the reply: the sid of the connection that is resumed (or the
  // own one), and the secret with which this one may be.
  virtual void identify(const std::string&, const std::string&) {}
  // Leave this namespace (`41`), or close the transport of all its namespaces as well.
  virtual void disconnect() = 0;
  virtual void disconnect_transport() = 0;

  std::unique_ptr<SocketContext> context;
};
using SocketPtr = std::shared_ptr<Socket>;

struct ConnectRequest {
  std::string_view nsp;
  std::string_view auth;  // JSON object text, `{}` when the client sent none
  // Of the Engine.IO session; valid during the call. Once a first namespace is joined only `authorization` and `cookie`
  // are left of its headers: idle connections must stay small.
  const net::HttpRequest* handshake;
};

struct ConnectRefusal {
  std::string message;
  std::string data;  // JSON text, may be empty
};
// Answer exactly once, now or later, on the same shard: nullopt accepts.
using ConnectReply = std::function<void(std::optional<ConnectRefusal>)>;

struct Event {
  std::string_view name;
  std::string_view args;                // JSON values joined by commas, may be empty
  std::optional<std::uint64_t> ack_id;  // answer with socketio::make_ack(nsp, *ack_id, args) through emit
  const std::vector<std::string>* attachments;
};

// One number of one shard for /metrics; the values of all shards under the same name and labels are summed.
struct Metric {
  std::string name;  // Prometheus name, e.g. plumbline_messages_accepted_total
  std::string help;
  bool monotonic{true};  // counter, else gauge
  double value{0};
  std::vector<std::pair<std::string, std::string>> labels{};  // e.g. group, message-delivery-group
};

class Application {
 public:
  virtual ~Application() = default;

  // CONNECT to any other namespace is answered with "Invalid namespace".
  [[nodiscard]] virtual bool has_namespace(std::string_view nsp) const { return nsp == "/"; }

  // The socket exists but is not connected before the reply accepts; on_connected follows right after the client's
  // CONNECT packet was answered: the place for first emits.
  virtual void on_connect(const SocketPtr& socket, const ConnectRequest& request, ConnectReply reply) = 0;
  virtual void on_connected(const SocketPtr& socket) = 0;
  virtual void on_event(const SocketPtr& socket, const Event& event) = 0;
  // The client's answer to an emitted event that carried an id; `array` is a JSON array. Ids that nobody waits for, or
  // no longer, come as well.
  virtual void on_ack(const SocketPtr&, std::uint64_t, std::string_view) {}
  virtual void on_disconnect(const SocketPtr& socket, std::string_view reason) = 0;  // once per on_connected

  // Any HTTP request outside the Engine.IO path. Call respond exactly once, now or later, on this shard.
  virtual void on_request(net::HttpRequest request, net::Respond respond) = 0;

  // Periodic housekeeping on the shard, every 100 ms: expiries, sweeps.
  virtual void on_tick(Time now) = 0;

  [[nodiscard]] virtual std::vector<Metric> metrics() const = 0;

  // SIGTERM: refuse new work with 503; call done once all acknowledged work is complete.
  virtual void drain(std::function<void()> done) = 0;
};

// One service that the server depends on, as /health and /health/ready show it.
struct Dependency {
  std::string name;  // postgres, redis, kafka
  bool usable{true};
  std::string reason;  // one sentence when not usable
};

// Makes the shards of one application; owns what they share. Outlives them.
class ApplicationFactory {
 public:
  virtual ~ApplicationFactory() = default;
  // Called once per shard, before the shard threads start.
  [[nodiscard]] virtual std::unique_ptr<Application> make(std::size_t shard) = 0;
  // Right before the shard threads start, and right after they ended.
  virtual void start() {}
  virtual void stop() {}
  // Any thread; once true it stays so. Until then devices are refused and /health/ready says no.
  [[nodiscard]] virtual bool ready() const { return true; }
  [[nodiscard]] virtual std::vector<Dependency> dependencies() const { return {}; }  // any thread
  [[nodiscard]] virtual std::string durability() const { return "process"; }
};

}  // namespace plumbline::serve
