// Two shards that run when asked, and calls that are awaited by running them.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "plumbline/base/clock.h"
#include "plumbline/net/shard_pool.h"
#include "service/done.h"

namespace plumbline::serve {

template <class T>
using Pending = std::shared_ptr<std::optional<Result<T>>>;

// Calls on a shard and checks that the one answer comes back there. Several calls started before run() overlap.
class CallBench {
 public:
  void run() {
    for (bool busy = true; busy;) {
      busy = false;
      for (running_ = 0; running_ < pool.size(); ++running_) {
        pool.context(running_).restart();
        busy = pool.context(running_).poll() > 0 || busy;
      }
    }
  }

  template <class T>
  Pending<T> start(std::size_t shard, std::function<void(Done<T>)> call) {
    auto pending = std::make_shared<std::optional<Result<T>>>();
    pool.post_to(shard, [this, shard, pending, call = std::move(call)] {
      call([this, shard, pending](Result<T> got) {
        EXPECT_EQ(running_, shard) << "answered on another shard";
        EXPECT_FALSE(pending->has_value()) << "answered twice";
        *pending = std::move(got);
      });
    });
    return pending;
  }

  // Memory answers within one run; a real service takes its time.
  template <class T>
  Result<T> wait(const Pending<T>& pending) {
    const Time deadline = steady_now() + std::chrono::seconds{30};
    for (run(); !pending->has_value() && steady_now() < deadline; run()) {
      ::poll(nullptr, 0, 1);
    }
    EXPECT_TRUE(pending->has_value()) << "no answer";
    return pending->has_value() ? **pending : Result<T>{Error{Errc::timeout, "no answer"}};
  }

  net::ShardPool pool{2};
  ManualClock clock;

 private:
  std::size_t running_{0};
};

}  // namespace plumbline::serve
