// Who plays a role, given what the cluster says of itself.
#include "supervisor/roles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "unit/stack/clusters.h"

namespace plumbline::stack {
namespace {

const Topology kThreeInstances = cluster(Profile::full, 3);

RoleFacts all_well() {
  RoleFacts facts;
  facts.redis_master = "127.0.0.1:7003";  // redis-2
  facts.controller = 3;
  facts.message_leaders = {{0, 1}, {1, 2}, {2, 3}, {3, 1}};
  for (const Node& node : kThreeInstances.nodes) {
    facts.candidates.push_back(node.name);
  }
  return facts;
}

Request kill(Role role, const std::string& of = "", std::uint64_t seed = 0) {
  Request request;
  request.deed = Deed::kill;
  request.role = role;
  request.of = of;
  request.seed = seed;
  return request;
}

std::string found(const Request& request, const RoleFacts& facts) {
  const auto name = resolve(request, kThreeInstances, facts);
  return name ? *name : "error: " + name.error().sentence;
}

TEST(Resolve, TakesTheMasterThatSentinelNames) {
  EXPECT_EQ(found(kill(Role::redis_master), all_well()), "redis-2");
  EXPECT_EQ(found(kill(Role::redis_replica), all_well()), "redis-1");
}

TEST(Resolve, TakesTheControllerThatTheQuorumNames) {
  EXPECT_EQ(found(kill(Role::kafka_controller), all_well()), "kafka-3");
}

TEST(Resolve, TakesTheLeaderOfThePartition) {
  EXPECT_EQ(found(kill(Role::kafka_leader, "1"), all_well()), "kafka-2");
  EXPECT_EQ(found(kill(Role::kafka_leader, "3"), all_well()), "kafka-1");
}

TEST(Resolve, ChoosesTheSameForTheSameSeed) {
  std::set<std::string> chosen;
  for (std::uint64_t seed = 0; seed < 32; ++seed) {
    const std::string name = found(kill(Role::kafka_broker, "", seed), all_well());
    EXPECT_EQ(found(kill(Role::kafka_broker, "", seed), all_well()), name);
    chosen.insert(name);
  }

  EXPECT_EQ(chosen, (std::set<std::string>{"kafka-1", "kafka-2", "kafka-3"}));
}

TEST(Resolve, TakesTheNamedProcess) {
  EXPECT_EQ(found(kill(Role::app, "app-2"), all_well()), "app-2");
}

TEST(Resolve, PassesOverWhoCannotBeKilled) {
  RoleFacts facts = all_well();
  facts.candidates = {"kafka-2", "app-1"};

  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    EXPECT_EQ(found(kill(Role::kafka_broker, "", seed), facts), "kafka-2");
  }
}

TEST(Resolve, SaysWhenThePlayerIsInNoStateForIt) {
  RoleFacts facts = all_well();
  facts.candidates = {"app-1"};

  EXPECT_EQ(found(kill(Role::redis_master), facts), "error: cannot kill redis-2: not in a state for it");
}

TEST(Resolve, SaysWhenNobodyPlaysTheRole) {
  RoleFacts facts = all_well();
  facts.redis_master.clear();
  facts.controller.reset();
  facts.message_leaders.clear();

  EXPECT_EQ(found(kill(Role::redis_master), facts), "error: nobody is redis-master at the moment");
  EXPECT_EQ(found(kill(Role::kafka_controller), facts), "error: nobody is kafka-controller at the moment");
  EXPECT_EQ(found(kill(Role::kafka_leader, "1"), facts), "error: nobody is kafka-leader of 1 at the moment");
}

TEST(Resolve, RefusesAPartitionWithoutALeader) {
  RoleFacts facts = all_well();
  facts.message_leaders[1] = -1;

  EXPECT_EQ(found(kill(Role::kafka_leader, "1"), facts), "error: nobody is kafka-leader of 1 at the moment");
}

TEST(Resolve, RefusesNamesThatDoNotFit) {
  EXPECT_EQ(found(kill(Role::app, "app-9"), all_well()), "error: no process is called 'app-9'");
  EXPECT_EQ(found(kill(Role::app, "kafka-1"), all_well()), "error: kafka-1 is no app");
  EXPECT_EQ(found(kill(Role::kafka_leader, "first"), all_well()),
            "error: 'of' wants a partition of chat-messages for the role kafka-leader, not 'first'");
}

TEST(RoleOf, TellsTheMasterFromItsReplicas) {
  EXPECT_EQ(role_of(*kThreeInstances.find("redis-2"), "127.0.0.1:7003"), "redis-master");
  EXPECT_EQ(role_of(*kThreeInstances.find("redis-1"), "127.0.0.1:7003"), "redis-replica");
  EXPECT_EQ(role_of(*kThreeInstances.find("kafka-1"), ""), "kafka-broker");
}

}  // namespace
}  // namespace plumbline::stack
