// Tasks run on the shard they were posted to, in order, never inline.
#include "plumbline/net/shard_pool.h"

#include <gtest/gtest.h>

#include <future>
#include <numeric>
#include <vector>

namespace plumbline::net {
namespace {

TEST(ShardPool, RunsTasksOnTheNamedShard) {
  ShardPool pool(3);
  pool.start();
  for (std::size_t shard = 0; shard < 3; ++shard) {
    std::promise<std::size_t> ran;
    pool.post_to(shard, [&] { ran.set_value(pool.current()); });
    EXPECT_EQ(ran.get_future().get(), shard);
  }
}

TEST(ShardPool, CurrentIsSizeOutsideItsThreads) {
  ShardPool pool(2);

  EXPECT_EQ(pool.current(), pool.size());
}

TEST(ShardPool, KeepsTheOrderOfOneSender) {
  ShardPool pool(1);
  std::vector<int> order;
  std::promise<void> done;
  for (int i = 0; i < 1000; ++i) {
    pool.post_to(0, [&order, i] { order.push_back(i); });
  }
  pool.post_to(0, [&] { done.set_value(); });
  pool.start();
  done.get_future().get();

  std::vector<int> expected(1000);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(order, expected);
}

TEST(ShardPool, DefersTasksPostedFromTheSameShard) {
  ShardPool pool(1);
  std::promise<bool> ran_inside;
  pool.post_to(0, [&] {
    bool ran = false;
    pool.post_to(0, [&ran] { ran = true; });
    const bool inline_run = ran;
    pool.post_to(0, [&ran_inside, inline_run] { ran_inside.set_value(inline_run); });
    pool.context(0).poll_one();  // runs the first one while its flag is alive
  });
  pool.start();

  EXPECT_FALSE(ran_inside.get_future().get());
}

TEST(ShardPool, StopEndsTheThreadsAndMayBeRepeated) {
  ShardPool pool(2);
  pool.start();
  pool.stop();
  pool.stop();

  EXPECT_EQ(pool.size(), 2U);
}

}  // namespace
}  // namespace plumbline::net
