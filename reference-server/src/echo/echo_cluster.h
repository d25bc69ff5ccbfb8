// What the fixture says to the other nodes, and what it does with what they say. Stage: gateway.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "backplane/cluster/cluster_bus.h"
#include "echo/questions.h"
#include "echo/recovery_log.h"

namespace plumbline::serve {

class EchoFactory;

// Its calls may come from any thread and are carried out on that of shard 0, in order; what it calls back, too.
class EchoCluster {
 public:
  EchoCluster(EchoFactory& factory, const RedisAddress& address);

  void start() {
    bus_.start([this](const ClusterMessage& message) { on_message(message); });
  }
  void stop() { bus_.stop(); }
  [[nodiscard]] const ClusterBus& bus() const { return bus_; }

  void emit(const Audience& audience, const socketio::FramePtr& frame, const std::string& offset);
  void kick(const Audience& audience, bool hard);

  // An inquiry among the sockets of the other nodes.
  struct Inquirer {
    std::function<void(std::size_t nodes)> nodes;                // once: how many will say whom they asked
    std::function<void(std::size_t sockets, bool whole)> asked;  // some sockets; whole: these were all of one node
    std::function<void(const std::string& value)> answered;      // a JSON value
  };
  void ask(const Audience& audience, const socketio::FramePtr& frame, std::uint64_t id,
           std::chrono::milliseconds timeout, Inquirer inquirer);
  void forget(std::uint64_t id);

  // A lost session of another node; nullopt: none has it, or did not say so in time. Once somebody hands it over it is
  // theirs no more.
  using Claimed = std::function<void(std::optional<RecoveryLog::Resumed>)>;
  void claim(const std::string& pid, std::string_view nsp, const std::optional<std::string>& offset, Claimed claimed);

 private:
  struct Claim {
    Claimed claimed;
    std::optional<std::size_t>
        missing{};  // nodes that have not answered; not known before Redis says how many there are
    std::size_t refused{0};
  };
  void say(ClusterMessage message, ClusterBus::Reached reached = {});
  void on_message(const ClusterMessage& message);
  void on_emit(const ClusterMessage& message);
  void on_ask(const ClusterMessage& message);
  void on_kick(const ClusterMessage& message);
  void on_claim(const ClusterMessage& message);
  void on_handover(const ClusterMessage& message);
  void end_claim(std::uint64_t id, std::optional<RecoveryLog::Resumed> resumed);

  EchoFactory& factory_;
  ClusterBus bus_;
  std::map<std::uint64_t, Inquirer> inquirers_;  // those that have not timed out
  std::map<std::uint64_t, Claim> claims_;        // the same
};

}  // namespace plumbline::serve
