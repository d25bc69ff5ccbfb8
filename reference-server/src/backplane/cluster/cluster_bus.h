// Carries messages between the nodes of the fixture over one Redis: publish and subscribe. Stage: backplane.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "backplane/cluster/cluster_message.h"
#include "backplane/redis/kept_link.h"
#include "gateway/application.h"

namespace plumbline::serve {

// Blocks until a Redis answers there, at most two seconds; else throws std::runtime_error with one sentence.
void check_cluster(const RedisAddress& address);

// All nodes hear everything in one order, each message once while they are connected; what is said while Redis is away
// is dropped and counted. On the thread of its io_context, but for the functions that say otherwise.
class ClusterBus {
 public:
  using Arrived = std::function<void(const ClusterMessage&)>;
  using Reached = std::function<void(std::size_t nodes)>;  // how many other nodes it went to; 0 as well when dropped

  ClusterBus(boost::asio::io_context& io, const RedisAddress& address, std::string node);

  void start(Arrived arrived);  // before the thread runs
  void stop();                  // after it ended
  void say(ClusterMessage message, Reached reached = {});

  [[nodiscard]] bool usable() const { return hearing_ && speaking_; }  // any thread
  [[nodiscard]] Dependency dependency() const;                         // any thread
  [[nodiscard]] std::vector<Metric> metrics() const;                   // any thread

 private:
  void subscribe();
  void ping_later();
  void hear(const std::string& text);
  void lost(std::atomic<bool>& half);

  std::string node_;
  std::string where_;
  KeptLink speaker_;
  KeptLink listener_;
  IoTimer ping_;
  Arrived arrived_;
  std::size_t waiting_bytes_{0};  // said, and not yet taken by Redis
  std::atomic<bool> hearing_{false};
  std::atomic<bool> speaking_{false};
  std::atomic<std::uint64_t> said_{0};
  std::atomic<std::uint64_t> heard_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> malformed_{0};
};

}  // namespace plumbline::serve
