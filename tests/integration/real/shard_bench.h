// Shards without threads, run by the test while it waits for an answer from a real service.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <functional>
#include <optional>

#include "plumbline/base/clock.h"
#include "plumbline/net/shard_pool.h"
#include "service/done.h"

namespace plumbline::serve {

struct ShardBench {
  net::ShardPool pool{2};

  // Runs all shards until the condition holds; false when that took too long.
  bool run_until(const std::function<bool()>& holds, Duration within = std::chrono::seconds{30}) {
    const Time deadline = steady_now() + within;
    while (!holds()) {
      if (steady_now() >= deadline) {
        return false;
      }
      std::size_t ran = 0;
      for (std::size_t shard = 0; shard < pool.size(); ++shard) {
        pool.context(shard).restart();
        ran += pool.context(shard).poll();
      }
      if (ran == 0) {
        ::poll(nullptr, 0, 1);
      }
    }
    return true;
  }

  void run_for(Duration time) {
    static_cast<void>(run_until([] { return false; }, time));
  }

  template <class T>
  Result<T> wait(const std::function<void(Done<T>)>& call, Duration within = std::chrono::seconds{30}) {
    auto answer = std::make_shared<std::optional<Result<T>>>();
    call([answer](Result<T> got) {
      EXPECT_FALSE(answer->has_value()) << "answered twice";
      *answer = std::move(got);
    });
    run_until([&answer] { return answer->has_value(); }, within);
    EXPECT_TRUE(answer->has_value()) << "no answer";
    return answer->has_value() ? std::move(**answer) : Result<T>{Error{Errc::closed, "no answer"}};
  }
};

}  // namespace plumbline::serve
