// Limits in Redis as several instances see them, and while Redis is away.
#include <gtest/gtest.h>

#include "backplane/memory_login_lockout.h"
#include "backplane/redis/redis_login_lockout.h"
#include "backplane/redis/redis_rate_limiter.h"
#include "integration/accounts/real_services.h"
#include "integration/redis/redis_world.h"

namespace plumbline::serve {
namespace {

constexpr Uuid kZoe{31, 1};

class RedisLimits : public testing::Test {
 protected:
  explicit RedisLimits(real::PrivateRedis& with = clean_redis()) : servers(with) {}

  void SetUp() override {
    ASSERT_TRUE(here.connect()) << here.client.problem();
    ASSERT_TRUE(there.connect()) << there.client.problem();
  }

  static RateDecision admit(RedisWorld& world, RateLimiter& limiter) {
    return world.wait<RateDecision>([&](auto done) { limiter.admit(kZoe, RateBucket::search, std::move(done)); })
        .value();
  }
  static std::uint32_t wait_of(RedisWorld& world, LoginLockout& lockout) {
    return world.wait<std::uint32_t>([&](auto done) { lockout.wait_of("zoe", std::move(done)); }).value();
  }
  static void failed(RedisWorld& world, LoginLockout& lockout) {
    (void)world.wait<void>([&](auto done) { lockout.failed("Zoe", std::move(done)); });
  }

  real::PrivateRedis& servers;
  RedisWorld here{options_for(servers)};
  RedisWorld there{options_for(servers)};
  net::ShardPool pool{1};
  ManualClock clock;
  Partitions<LockoutTable> tables{pool, [](std::size_t) {
                                    return std::make_unique<LockoutTable>(messenger_ladder());
                                  }};
  Partitions<LockoutTable> other_tables{pool, [](std::size_t) {
                                          return std::make_unique<LockoutTable>(messenger_ladder());
                                        }};
  MemoryLoginLockout local{tables, 0, clock};
  MemoryLoginLockout other_local{other_tables, 0, clock};
};

class RedisLimitsAway : public RedisLimits {
 protected:
  RedisLimitsAway() : RedisLimits(own()) {}

  static real::PrivateRedis& own() {
    real::PrivateRedis::Options alone;
    alone.nodes = 1;
    static std::unique_ptr<real::PrivateRedis> servers;
    servers = std::make_unique<real::PrivateRedis>(alone);
    return *servers;
  }
};

TEST_F(RedisLimits, InstancesShareOneWindowByTheClockOfRedis) {
  RedisRateLimiter mine(here.client);
  RedisRateLimiter others(there.client);

  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(admit(here, mine).admitted);
    EXPECT_TRUE(admit(there, others).admitted);
  }
  const RateDecision refused = admit(here, mine);

  EXPECT_FALSE(refused.admitted);
  EXPECT_EQ(refused.remaining, 0U);
  EXPECT_GE(refused.reset_seconds, 1U);
  EXPECT_LE(refused.reset_seconds, 60U);
  EXPECT_FALSE(admit(there, others).admitted);
  EXPECT_EQ(mine.unavailable(), 0U);
}

TEST_F(RedisLimits, AWindowLeavesNothingBehind) {
  RedisRateLimiter mine(here.client);
  (void)admit(here, mine);

  const std::int64_t left = here.command({"PTTL", "rate_limit:user:" + kZoe.text() + ":search"}).value().integer;

  EXPECT_GT(left, 0);
  EXPECT_LE(left, 60'000);
}

TEST_F(RedisLimits, FailuresOnAnyInstanceLockTheName) {
  RedisLoginLockout mine(here.client, local, messenger_ladder());
  RedisLoginLockout others(there.client, other_local, messenger_ladder());
  failed(here, mine);
  failed(there, others);
  failed(here, mine);

  EXPECT_GE(wait_of(there, others), 59U);
  EXPECT_LE(wait_of(there, others), 60U);
  EXPECT_EQ(others.unavailable(), 0U);
  EXPECT_EQ(tables.at(0).tracked(), 0U) << "Redis counts, not the instance";
}

TEST_F(RedisLimits, NamesAreNotReadInRedis) {
  RedisLoginLockout mine(here.client, local, messenger_ladder());
  failed(here, mine);

  EXPECT_EQ(here.command({"KEYS", "*[zZ]oe*"}).value().items.size(), 0U);
  EXPECT_EQ(here.command({"KEYS", "failed_login:*"}).value().items.size(), 1U);
}

TEST_F(RedisLimitsAway, EverythingIsAdmittedAndCountedWithoutRedis) {
  RedisRateLimiter mine(here.client);
  servers.kill(0);
  ASSERT_TRUE(here.run_until([this] { return here.client.incarnation() == nullptr; }));

  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(admit(here, mine).admitted);
  }
  EXPECT_EQ(mine.unavailable(), 20U);
}

TEST_F(RedisLimitsAway, AnInstanceCountsFailuresItselfWithoutRedis) {
  RedisLoginLockout mine(here.client, local, messenger_ladder());
  servers.kill(0);
  ASSERT_TRUE(here.run_until([this] { return here.client.incarnation() == nullptr; }));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(wait_of(here, mine), 0U);
    failed(here, mine);
  }

  EXPECT_EQ(wait_of(here, mine), 60U);
  EXPECT_GT(mine.unavailable(), 0U);
}

}  // namespace
}  // namespace plumbline::serve
