// The Redis session against real servers: what it finds, what it refuses, and what it does when they die.
#include "backplane/redis/redis_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "backplane/redis/redis_check.h"
#include "redis_world.h"

namespace plumbline::serve {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

// Shared by the tests that hurt nobody.
real::PrivateRedis& shared_servers() {
  static real::PrivateRedis one;
  return one;
}

TEST(RedisClient, FindsTheMasterAndAnswersInOrder) {
  RedisWorld world(options_for(shared_servers()));
  ASSERT_TRUE(world.connect()) << world.client.problem();
  EXPECT_EQ(world.incarnation().address, shared_servers().address(0));
  EXPECT_GE(world.incarnation().config_epoch, 0);
  EXPECT_EQ(world.client.problem(), "");

  std::vector<std::int64_t> counted;
  for (int i = 0; i < 100; ++i) {
    world.client.command({"INCR", "order"},
                         [&counted](const Result<RedisReply>& reply) { counted.push_back(reply.value().integer); });
  }
  world.run_until([&counted] { return counted.size() == 100; });

  ASSERT_EQ(counted.size(), 100U);
  for (std::size_t i = 0; i < counted.size(); ++i) {
    EXPECT_EQ(counted[i], static_cast<std::int64_t>(i + 1));
  }
}

TEST(RedisClient, RepliesKeepTheirKind) {
  RedisWorld world(options_for(shared_servers()));
  ASSERT_TRUE(world.connect());
  const std::string binary("a\0\r\nb", 5);

  EXPECT_EQ(world.command({"SET", "kind", binary}).value().text, "OK");
  EXPECT_EQ(world.command({"GET", "kind"}).value().text, binary);
  EXPECT_EQ(world.command({"GET", "nothing"}).value().kind, RedisReply::Kind::nil);
  EXPECT_EQ(world.command({"LPUSH", "kind", "x"}).value().kind, RedisReply::Kind::error);
  const RedisReply several = world.command({"MGET", "kind", "nothing"}).value();
  ASSERT_EQ(several.items.size(), 2U);
  EXPECT_EQ(several.items[0].text, binary);
  EXPECT_EQ(several.items[1].kind, RedisReply::Kind::nil);
}

TEST(RedisClient, ScriptsRunAlsoAfterTheServerForgotThem) {
  RedisWorld world(options_for(shared_servers()));
  ASSERT_TRUE(world.connect());
  const char* const script = "return redis.call('INCRBY', KEYS[1], ARGV[1])";
  const auto run = [&world, script] {
    return world.wait<RedisReply>([&](auto done) { world.client.eval(script, {"scripted"}, {"5"}, std::move(done)); })
        .value()
        .integer;
  };

  EXPECT_EQ(run(), 5);
  EXPECT_EQ(run(), 10);
  (void)world.command({"SCRIPT", "FLUSH"});
  EXPECT_EQ(run(), 15);
  EXPECT_EQ(run(), 20);
}

TEST(RedisClient, RefusesWhatDoesNotFitItsPipeline) {
  RedisOptions options = options_for(shared_servers());
  options.limits.pipeline = 8;
  RedisWorld world(options);
  ASSERT_TRUE(world.connect());
  std::size_t answered = 0;
  std::size_t refused = 0;
  for (int i = 0; i < 10; ++i) {
    world.client.command({"PING"}, [&](const Result<RedisReply>& reply) {
      ++(reply.has_error() && reply.error().code == Errc::unavailable ? refused : answered);
    });
  }
  world.run_until([&] { return answered + refused == 10; });

  EXPECT_EQ(answered, 8U);
  EXPECT_EQ(refused, 2U);
}

TEST(RedisClient, IsUnavailableAndSaysWhyWithAWrongPassword) {
  RedisOptions options = options_for(shared_servers());
  options.password = "wrong";
  RedisWorld world(options);
  world.client.start();

  world.run_until([&world] { return world.client.counters().failed >= 2; });

  EXPECT_EQ(world.client.incarnation(), nullptr);
  EXPECT_THAT(world.client.problem(), HasSubstr("refuses the password"));
  EXPECT_EQ(world.command({"PING"}).error().code, Errc::unavailable);
}

TEST(RedisCheck, PassesOrSaysInOneSentenceWhatIsWrong) {
  RedisOptions options = options_for(shared_servers());
  EXPECT_NO_THROW(check_redis(options));

  options.password = "wrong";
  try {
    check_redis(options, milliseconds{500});
    FAIL() << "took a wrong password";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("Redis cannot be used: Redis at 127.0.0.1:"));
    EXPECT_THAT(error.what(), HasSubstr("check --redis-password"));
  }
}

TEST(RedisClient, SaysThatNoSentinelAnswers) {
  RedisOptions options = options_for(shared_servers());
  options.sentinels = {{"127.0.0.1", 1}, {"127.0.0.1", 2}};
  RedisWorld world(options);
  world.client.start();

  world.run_until([&world] { return world.client.counters().failed >= 1; });

  EXPECT_THAT(world.client.problem(), HasSubstr("cannot be reached"));
}

TEST(RedisClient, SaysThatSentinelsKnowNoMasterOfThatName) {
  RedisOptions options = options_for(shared_servers());
  options.name = "somebody";
  RedisWorld world(options);
  world.client.start();

  world.run_until([&world] { return world.client.counters().failed >= 1; });

  EXPECT_THAT(world.client.problem(), HasSubstr("knows no master named 'somebody'"));
}

TEST(RedisClient, SaysThatSentinelsPointAtNothing) {
  real::PrivateRedis::Options alone;
  alone.nodes = 1;
  real::PrivateRedis servers(alone);
  servers.kill(0);
  RedisWorld world(options_for(servers));
  world.client.start();

  world.run_until([&world] { return world.client.counters().failed >= 1; });

  EXPECT_THAT(world.client.problem(), HasSubstr("but nothing listens there"));
}

TEST(RedisClient, MovesToThePromotedNodeWhenTheMasterIsKilled) {
  real::PrivateRedis servers;
  RedisWorld world(options_for(servers));
  ASSERT_TRUE(world.connect());
  const RedisIncarnation before = world.incarnation();

  servers.kill(0);
  ASSERT_TRUE(world.run_until([&world] {
    return world.client.incarnation() != nullptr && world.client.counters().connects == 2;
  })) << world.client.problem();

  EXPECT_EQ(world.incarnation().address, servers.address(1));
  EXPECT_NE(world.incarnation().run, before.run);
  ASSERT_TRUE(world.run_until([&world] { return world.incarnation().config_epoch >= 0; }));
  EXPECT_GT(world.incarnation().config_epoch, before.config_epoch);
  EXPECT_EQ(world.command({"SET", "k", "v"}).value().text, "OK");
}

TEST(RedisClient, ARestartedMasterIsAnotherIncarnation) {
  real::PrivateRedis::Options patient;
  patient.down_after = milliseconds{60'000};
  real::PrivateRedis servers(patient);
  RedisWorld world(options_for(servers));
  ASSERT_TRUE(world.connect());
  const RedisIncarnation before = world.incarnation();

  servers.kill(0);
  servers.start(0);
  ASSERT_TRUE(world.run_until([&world] {
    return world.client.incarnation() != nullptr && world.client.counters().connects == 2;
  })) << world.client.problem();

  EXPECT_EQ(world.incarnation().address, before.address);
  EXPECT_NE(world.incarnation().run, before.run);
}

// Redis gives its data another replication id when the first replica attaches. Instances that connected before and
// after must not take it for two masters: they would begin epochs against each other for ever.
TEST(RedisClient, KnowsTheMasterByOneNameWheneverItConnected) {
  real::PrivateRedis::Options patient;
  patient.down_after = milliseconds{60'000};
  real::PrivateRedis servers(patient);
  servers.kill(1);
  servers.kill(0);
  servers.start(0);
  RedisWorld before(options_for(servers));
  ASSERT_TRUE(before.connect()) << before.client.problem();
  const RedisIncarnation alone = before.incarnation();

  servers.start(1);
  const std::string master = servers.address(0);
  const std::size_t colon = master.find(':');
  ASSERT_EQ(servers.ask(1, {"REPLICAOF", master.substr(0, colon), master.substr(colon + 1)}), "OK");
  ASSERT_TRUE(before.run_until([&] { return before.incarnation().run != alone.run; }));
  RedisWorld after(options_for(servers));
  ASSERT_TRUE(after.connect()) << after.client.problem();

  EXPECT_EQ(before.incarnation().run, after.incarnation().run);
  EXPECT_EQ(before.client.counters().connects, 1U);
}

TEST(RedisClient, ClosesTheConnectionWhenACommandIsNotAnsweredInTime) {
  real::PrivateRedis::Options patient;
  patient.down_after = milliseconds{60'000};
  real::PrivateRedis servers(patient);
  RedisWorld world(options_for(servers));
  ASSERT_TRUE(world.connect());
  servers.freeze(0);

  const Time asked = steady_now();
  const Result<RedisReply> reply = world.command({"INCR", "frozen"});
  const Duration took = steady_now() - asked;

  EXPECT_EQ(reply.error().code, Errc::timeout);
  EXPECT_GE(took, milliseconds{250});
  EXPECT_LT(took, milliseconds{900}) << "250 ms, and what a busy machine adds";
  EXPECT_EQ(world.client.incarnation(), nullptr);
  EXPECT_EQ(world.command({"PING"}).error().code, Errc::unavailable);
  servers.thaw(0);
  EXPECT_TRUE(world.run_until([&world] { return world.client.incarnation() != nullptr; }));
}

TEST(RedisClient, NoticesAFrozenMasterWithoutTraffic) {
  real::PrivateRedis::Options patient;
  patient.down_after = milliseconds{60'000};
  real::PrivateRedis servers(patient);
  RedisWorld world(options_for(servers));
  ASSERT_TRUE(world.connect());

  servers.freeze(0);

  EXPECT_TRUE(world.run_until([&world] { return world.client.incarnation() == nullptr; }, std::chrono::seconds{10}));
  EXPECT_EQ(world.client.counters().disconnects, 1U);
}

TEST(RedisClient, LeavesANodeThatBecameAReplica) {
  real::PrivateRedis servers;
  RedisWorld world(options_for(servers));
  ASSERT_TRUE(world.connect());

  ASSERT_EQ(servers.ask_sentinel(0, {"SENTINEL", "FAILOVER", real::PrivateRedis::name()}), "OK");
  ASSERT_TRUE(world.run_until([&] {
    return world.client.incarnation() != nullptr && world.incarnation().address == servers.address(1);
  })) << world.client.problem();

  EXPECT_EQ(world.command({"SET", "k", "v"}).value().text, "OK");
}

TEST(Sentinels, AMajorityAgreesThoughOneSentinelIsFrozen) {
  real::PrivateRedis servers;
  RedisWorld world(options_for(servers));
  const auto ask = [&world] {
    std::optional<SentinelVerdict> verdict;
    world.sentinels.ask([&verdict](const SentinelVerdict& got) { verdict = got; });
    world.run_until([&verdict] { return verdict.has_value(); });
    return verdict.value_or(SentinelVerdict{});
  };
  ASSERT_TRUE(ask().majority.has_value());

  servers.freeze_sentinel(0);
  const SentinelVerdict two = ask();
  servers.freeze_sentinel(1);
  const SentinelVerdict one = ask();

  ASSERT_TRUE(two.majority.has_value());
  EXPECT_EQ(two.majority->address.text(), servers.address(0));
  EXPECT_FALSE(one.majority.has_value());
  ASSERT_TRUE(one.newest.has_value());
  EXPECT_EQ(one.newest->address.text(), servers.address(0));
}

}  // namespace
}  // namespace plumbline::serve
