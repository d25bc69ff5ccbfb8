#include "plan/population.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "plan/plan.h"
#include "plumbline/base/ids.h"
#include "scenario/scenario_parser.h"

namespace plumbline::load {
namespace {

Scenario scenario_of(const std::string& extra) {
  return parse_scenario("schema: scenario/1\nname: t\nphases: [{name: s, for: 2s, rate: 50/s}]\n" + extra, "s.yaml")
      .scenario;
}

TEST(Population, DealsDevicesInExactProportions) {
  const Population p = make_population(scenario_of("users: {count: 1600, devices: {1: 75%, 2: 25%}}\n"));

  EXPECT_EQ(p.users.size(), 1600U);
  EXPECT_EQ(p.devices(), 2000U);
  for (std::uint32_t u = 0; u < p.users.size(); ++u) {
    for (std::uint32_t d = 0; d < p.users[u].devices; ++d) {
      ASSERT_EQ(p.device_user[p.users[u].first_device + d], u);
    }
  }
}

TEST(Population, MakesDirectKeysAsTheContractSays) {
  const Population p = make_population(scenario_of("users: {count: 20}\n"));

  for (const Conversation& c : p.conversations) {
    ASSERT_EQ(c.members.size(), 2U);
    const std::string& a = p.users[c.members[0]].id;
    const std::string& b = p.users[c.members[1]].id;
    EXPECT_TRUE(is_uuid(a));
    EXPECT_EQ(c.id, std::min(a, b) + "_" + std::max(a, b));
  }
}

TEST(Population, HasDistinctMembersAndDistinctPairs) {
  const Population p =
      make_population(scenario_of("users: {count: 30}\ntopology: {conversations: {direct: 50%, group: 50%}, "
                                  "group_size: {uniform: {min: 3, max: 8}}, per_user: 4}\n"));

  std::set<std::string> ids;
  std::size_t groups = 0;
  for (const Conversation& c : p.conversations) {
    EXPECT_EQ(std::set<std::uint32_t>(c.members.begin(), c.members.end()).size(), c.members.size());
    if (c.group) {
      ++groups;
      EXPECT_GE(c.members.size(), 3U);
      EXPECT_LE(c.members.size(), 8U);
    } else {
      EXPECT_TRUE(ids.insert(c.id).second) << c.id;
    }
  }
  EXPECT_EQ(groups, 60U);
}

TEST(Population, IsTheSameForTheSameSeed) {
  const std::string text = "seed: 5\nusers: {count: 50}\n";

  EXPECT_EQ(plan_json(make_plan(scenario_of(text))), plan_json(make_plan(scenario_of(text))));
  EXPECT_EQ(make_population(scenario_of(text)).users[49].id, make_population(scenario_of(text)).users[49].id);
  EXPECT_NE(make_population(scenario_of(text)).users[49].id,
            make_population(scenario_of("seed: 6\nusers: {count: 50}\n")).users[49].id);
}

TEST(Population, GivesEveryRunUsersOfItsOwnInTheSamePlaces) {
  const Scenario scenario = scenario_of("users: {count: 50}\n");
  const Population first = make_population(scenario, 1);
  const Population second = make_population(scenario, 2);

  EXPECT_NE(first.users[0].id, second.users[0].id);
  EXPECT_NE(first.users[0].name, second.users[0].name);
  ASSERT_EQ(first.conversations.size(), second.conversations.size());
  EXPECT_EQ(first.conversations[7].members, second.conversations[7].members);
}

TEST(Population, NeverAsksForMoreMembersThanUsers) {
  const Population p = make_population(scenario_of(
      "users: {count: 3}\ntopology: {conversations: {direct: 0%, group: 100%}, group_size: {fixed: 100}}\n"));

  for (const Conversation& c : p.conversations) {
    EXPECT_EQ(c.members.size(), 3U);
  }
}

TEST(Plan, CountsWhatItOffers) {
  const Plan plan = make_plan(scenario_of("users: {count: 4}\n"));

  EXPECT_EQ(plan.measured_arrivals(), 100U);
  EXPECT_EQ(plan.phases.size(), 2U);  // connect by default
  EXPECT_DOUBLE_EQ(plan.expected_deliveries_per_send, 2);
}

TEST(Plan, TakesItsSlipLimitFromTheTightestGate) {
  EXPECT_DOUBLE_EQ(make_plan(scenario_of("")).thresholds.slip_p99_ms, 1);
  EXPECT_DOUBLE_EQ(
      make_plan(scenario_of("gates: {e2e.p99: {below: 100ms}, answer.p99: {below: 60ms}}\n")).thresholds.slip_p99_ms,
      3);
}

}  // namespace
}  // namespace plumbline::load
