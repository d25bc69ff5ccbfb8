#include "plan/operations.h"

#include <gtest/gtest.h>

#include <map>

#include "scenario/scenario_parser.h"

namespace plumbline::load {
namespace {

class Operations : public ::testing::Test {
 protected:
  Operations()
      : scenario(parse_scenario(
                     "schema: scenario/1\nname: t\nusers: {count: 40, devices: {1: 50%, 2: 50%}}\n"
                     "topology: {conversations: {direct: 50%, group: 50%}}\n"
                     "phases: [{name: s, for: 1s, rate: 1/s}]\n"
                     "mix:\n  send: {share: 60%, size: {uniform: {min: 50B, max: 100B}}, then: {typing_before: 25%}}\n"
                     "  history: 30%\n  reconnect: 10%\n",
                     "s.yaml")
                     .scenario),
        population(make_population(scenario)) {}

  Scenario scenario;
  Population population;
};

TEST_F(Operations, FollowTheShares) {
  std::map<OpKind, int> counts;
  int typing = 0;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const Operation op = operation_at(scenario, population, 1, i);
    ++counts[op.kind];
    typing += op.typing_before ? 1 : 0;
  }

  EXPECT_NEAR(counts[OpKind::send], 12'000, 350);
  EXPECT_NEAR(counts[OpKind::history], 6'000, 350);
  EXPECT_NEAR(counts[OpKind::reconnect], 2'000, 250);
  EXPECT_NEAR(typing, 3'000, 250);
}

TEST_F(Operations, NameMembersAndTheirOwnDevices) {
  for (std::uint64_t i = 0; i < 5'000; ++i) {
    const Operation op = operation_at(scenario, population, 1, i);
    ASSERT_EQ(population.device_user[op.device], op.user);
    ASSERT_GE(op.size, 50U);
    ASSERT_LE(op.size, 100U);
    if (op.kind == OpKind::send || op.kind == OpKind::history) {
      const auto& members = population.conversations[op.conversation].members;
      ASSERT_NE(std::find(members.begin(), members.end(), op.user), members.end());
      ASSERT_NE(std::find(members.begin(), members.end(), op.reader), members.end());
      ASSERT_NE(op.reader, op.user);
    }
  }
}

TEST_F(Operations, ArePureFunctionsOfPhaseAndIndex) {
  const Operation once = operation_at(scenario, population, 1, 77);
  const Operation again = operation_at(scenario, population, 1, 77);

  EXPECT_EQ(once.device, again.device);
  EXPECT_EQ(once.conversation, again.conversation);
  EXPECT_EQ(once.size, again.size);
}

TEST_F(Operations, DifferBetweenPhases) {
  int same = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    same += operation_at(scenario, population, 1, i).device == operation_at(scenario, population, 2, i).device ? 1 : 0;
  }

  EXPECT_LT(same, 100);
}

}  // namespace
}  // namespace plumbline::load
