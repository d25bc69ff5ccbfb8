// `serve --app echo`: the protocol fixture of the conformance suite. Stage: gateway.
//   on connect   emits `auth` with the handshake's auth
//   message      answered with `message-back` and the same arguments
//   message-with-ack   acknowledged with its arguments
//   bcast        emitted to every socket of the namespace, on every shard
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/application.h"
#include "plumbline/net/shard_pool.h"

namespace plumbline::serve {

class EchoFactory;

class EchoApplication final : public Application {
 public:
  EchoApplication(EchoFactory& factory, std::size_t shard);

  [[nodiscard]] bool has_namespace(std::string_view nsp) const override { return room_of(nsp) != nullptr; }
  void on_connect(const SocketPtr& socket, const ConnectRequest& request, ConnectReply reply) override;
  void on_connected(const SocketPtr& socket) override;
  void on_event(const SocketPtr& socket, const Event& event) override;
  void on_disconnect(const SocketPtr& socket, std::string_view reason) override;
  void on_request(net::HttpRequest request, net::Respond respond) override;
  void on_tick(Time) override {}
  [[nodiscard]] std::vector<Metric> metrics() const override;
  void drain(std::function<void()> done) override { done(); }

  void deliver(std::string_view nsp, const socketio::FramePtr& frame);  // to this shard's sockets

 private:
  struct Room {
    std::string_view nsp;
    std::vector<SocketPtr> sockets;
  };
  [[nodiscard]] const Room* room_of(std::string_view nsp) const;
  [[nodiscard]] Room& room(std::string_view nsp);

  EchoFactory& factory_;
  std::vector<Room> rooms_;
  std::uint64_t events_{0};
};

class EchoFactory final : public ApplicationFactory {
 public:
  explicit EchoFactory(net::ShardPool& pool) : pool_(pool), applications_(pool.size()) {}
  [[nodiscard]] std::unique_ptr<Application> make(std::size_t shard) override;
  // One post per shard, all of them carrying the one immutable frame.
  void broadcast(const std::string& nsp, const socketio::FramePtr& frame);

 private:
  net::ShardPool& pool_;
  std::vector<EchoApplication*> applications_;  // of running shards; they outlive every posted task
};

}  // namespace plumbline::serve
