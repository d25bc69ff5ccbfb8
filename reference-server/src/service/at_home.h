// Carries an answer back to the shard that asked. Stage: service.
#pragma once

#include <memory>
#include <utility>

#include "plumbline/net/shard_pool.h"
#include "service/done.h"

namespace plumbline::serve {

// A completion for other threads: calling it posts to `home` and calls `done` there. Whatever copies of it stay behind
// on the other thread hold nothing of `done` any more, so that what `done` owns is released at home as well.
template <class T>
[[nodiscard]] Done<T> at_home(net::ShardPool& pool, std::size_t home, Done<T> done) {
  auto carried = std::make_shared<Done<T>>(std::move(done));
  return [&pool, home, carried = std::move(carried)](Result<T> answer) {
    pool.post_to(home, [done = std::exchange(*carried, nullptr), answer = std::move(answer)]() mutable {
      done(std::move(answer));
    });
  };
}

}  // namespace plumbline::serve
