#include "plumbline/net/shard_pool.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <utility>

namespace plumbline::net {
namespace {

// Which shard the current thread runs, and of which pool.
thread_local const ShardPool* t_pool = nullptr;
thread_local std::size_t t_shard = 0;

}  // namespace

ShardPool::ShardPool(std::size_t shards) {
  contexts_.reserve(shards);
  for (std::size_t i = 0; i < shards; ++i) {
    contexts_.push_back(std::make_unique<boost::asio::io_context>(1));
  }
}

ShardPool::~ShardPool() {
  stop();
}

void ShardPool::post_to(std::size_t shard, std::function<void()> task) {
  boost::asio::post(*contexts_[shard], std::move(task));
}

std::size_t ShardPool::current() const {
  return t_pool == this ? t_shard : size();
}

void ShardPool::start() {
  for (std::size_t i = 0; i < contexts_.size(); ++i) {
    threads_.emplace_back([this, i] {
      t_pool = this;
      t_shard = i;
      const auto work = boost::asio::make_work_guard(*contexts_[i]);
      contexts_[i]->run();
    });
  }
}

void ShardPool::stop() {
  for (const auto& context : contexts_) {
    context->stop();
  }
  for (std::thread& thread : threads_) {
    thread.join();
  }
  threads_.clear();
}

}  // namespace plumbline::net
