// What one instance asks and says while Redis, PostgreSQL and other instances come and go.
#include "backplane/fenced/epoch_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fence_services.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;

struct KeeperWorld {
  // Ticks of 25 ms.
  void pass(Duration time) {
    for (Duration passed{0}; passed < time; passed += 25ms) {
      clock.advance(25ms);
      keeper.tick(clock.now());
    }
  }
  [[nodiscard]] bool redis_open() const { return published.redis_open(clock.now()); }
  [[nodiscard]] bool postgres_open() const { return published.postgres_open(clock.now()); }

  test::FenceDatabase database;
  test::FenceSession postgres{database};
  test::FenceRedis redis;
  ManualClock clock;
  SentinelWord sentinels{"127.0.0.1:1", 1};
  EpochView published;
  EpochKeeper keeper{postgres,
                     redis,
                     [this](const std::function<void(const SentinelWord&)>& done) { done(sentinels); },
                     clock,
                     {"app-1", "process-1", {}},
                     [this](const EpochView& view) {
                       published = view;
                     }};
};

TEST(EpochKeeper, BeginsTheFirstEpochWithTheMasterThatAnswers) {
  KeeperWorld world;

  world.pass(1s);

  EXPECT_TRUE(world.redis_open());
  EXPECT_EQ(world.published.epoch, 1);
  EXPECT_EQ(world.published.run, "run-1");
  EXPECT_TRUE(world.database.members.contains("app-1"));
}

TEST(EpochKeeper, GoesToPostgresWithinASecondWhenRedisIsSilentAndNobodyElseIsThere) {
  KeeperWorld world;
  world.pass(1s);
  world.redis.away = true;

  world.pass(1s);

  EXPECT_TRUE(world.postgres_open());
  EXPECT_EQ(world.keeper.counters().to_postgres, 1U);
}

TEST(EpochKeeper, ComesBackToRedisOnceItAnswersSteadily) {
  KeeperWorld world;
  world.pass(1s);
  world.redis.away = true;
  world.pass(1s);
  world.redis.away = false;

  world.pass(3s);

  EXPECT_TRUE(world.redis_open());
  EXPECT_EQ(world.published.epoch, 3);
}

TEST(EpochKeeper, GoesOnBySentinelsWhilePostgresIsAwayButNotForEver) {
  KeeperWorld world;
  world.pass(2s);
  world.database.away = true;

  world.pass(80s);
  EXPECT_TRUE(world.redis_open());
  world.pass(12s);

  EXPECT_FALSE(world.redis_open()) << "others stop waiting for this instance then";
}

TEST(EpochKeeper, HoldsNothingOpenWithoutPostgresAndSentinels) {
  KeeperWorld world;
  world.pass(2s);
  world.database.away = true;
  world.sentinels.config_epoch = -1;

  world.pass(1s);

  EXPECT_FALSE(world.redis_open());
  EXPECT_EQ(world.keeper.counters().expired, 1U);
}

TEST(EpochKeeper, WaitsForAnInstanceThatMayRelyOnSentinels) {
  KeeperWorld world;
  world.database.members["app-2"] = {"process-2", 7, 0};
  world.pass(1s);
  world.redis.away = true;

  world.pass(10s);
  EXPECT_FALSE(world.postgres_open());
  world.database.members["app-2"].acked = 1;
  world.pass(1s);

  EXPECT_TRUE(world.postgres_open());
}

TEST(EpochKeeper, DoesNotWaitForAnInstanceThatLeft) {
  KeeperWorld world;
  world.database.members["app-2"] = {"process-2", 7, 0};
  world.pass(1s);
  world.database.members.erase("app-2");
  world.redis.away = true;

  world.pass(1s);

  EXPECT_TRUE(world.postgres_open());
}

TEST(EpochKeeper, DoesNotWaitForADeadInstanceLongerThanThatCouldGoOn) {
  KeeperWorld world;
  world.database.members["app-2"] = {"process-2", 7, 0};
  world.pass(60s);
  world.redis.away = true;

  world.pass(20s);
  EXPECT_FALSE(world.postgres_open());
  world.pass(15s);

  EXPECT_TRUE(world.postgres_open());
}

TEST(EpochKeeper, LeavesNoRowBehindAndSaysNothingAfterwards) {
  KeeperWorld world;
  world.pass(1s);
  bool left = false;

  world.keeper.stop();
  world.keeper.leave([&left] { left = true; });
  const EpochView before = world.published;
  world.pass(5s);

  EXPECT_TRUE(left);
  EXPECT_FALSE(world.database.members.contains("app-1"));
  EXPECT_EQ(world.published, before);
}

TEST(EpochKeeper, GivesUpItsNameWhenAnotherProcessTookIt) {
  KeeperWorld world;
  world.pass(2s);
  world.database.members["app-1"].process = "process-2";
  world.pass(2s);
  world.database.away = true;

  world.pass(1s);

  EXPECT_FALSE(world.redis_open()) << "nobody would wait for it";
}

}  // namespace
}  // namespace plumbline::serve
