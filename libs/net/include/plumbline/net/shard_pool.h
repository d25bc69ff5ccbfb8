// One io_context and one thread per core. State belongs to one shard; shards talk only by post_to.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace plumbline::net {

class ShardPool {
 public:
  explicit ShardPool(std::size_t shards);
  ~ShardPool();  // stops and joins

  [[nodiscard]] std::size_t size() const { return contexts_.size(); }
  [[nodiscard]] boost::asio::io_context& context(std::size_t shard) { return *contexts_[shard]; }

  // Runs `task` on that shard, in order of the calls made from one shard. Callable from any thread. Always deferred,
  // also when called from the same shard.
  void post_to(std::size_t shard, std::function<void()> task);

  // Index of the shard whose thread this is; size() on any other thread.
  [[nodiscard]] std::size_t current() const;

  void start();  // one thread each, pinned to nothing
  void stop();   // returns after all threads ended; tasks not yet run are dropped

 private:
  std::vector<std::unique_ptr<boost::asio::io_context>> contexts_;
  std::vector<std::thread> threads_;
};

}  // namespace plumbline::net
