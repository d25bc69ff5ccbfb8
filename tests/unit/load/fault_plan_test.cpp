// The list of faults that a scenario and a seed stand for.
#include "plan/fault_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "plan/plan.h"
#include "scenario/scenario_parser.h"

namespace plumbline::load {
namespace {

using std::chrono::seconds;

Scenario fault_scenario(const std::string& extra) {
  ParsedScenario parsed = parse_scenario("schema: scenario/1\nname: t\ntarget: {stack: full}\n" + extra, "s.yaml");
  EXPECT_THAT(parsed.errors, ::testing::IsEmpty());
  return parsed.scenario;
}

const char* const kAny =
    "phases: [{name: steady, for: 200s, rate: 1/s}]\n"
    "faults: [{at: steady+20s, every: 20s, do: kill, role: any}]\n";

TEST(FaultPlan, RepeatsUntilThePhaseEnds) {
  const auto faults = plan_faults(fault_scenario(kAny));

  ASSERT_EQ(faults.size(), 9U);
  EXPECT_EQ(faults.front().offset, seconds{20});
  EXPECT_EQ(faults.back().offset, seconds{180});
  EXPECT_EQ(faults.back().number, 9U);
}

TEST(FaultPlan, StrikesEveryRoleBeforeOneComesAgain) {
  const auto faults = plan_faults(fault_scenario(kAny));
  std::set<FaultRole> first;
  for (std::size_t i = 0; i < 8; ++i) {
    first.insert(faults[i].role);
  }

  EXPECT_EQ(first.size(), 8U);
  EXPECT_EQ(first.count(FaultRole::any), 0U);
}

TEST(FaultPlan, IsTheSameForTheSameSeedAndAnotherForAnother) {
  Scenario scenario = fault_scenario(kAny);
  const auto once = plan_faults(scenario);
  const auto again = plan_faults(scenario);
  scenario.seed = 99;
  const auto other = plan_faults(scenario);
  bool differs = false;
  for (std::size_t i = 0; i < once.size(); ++i) {
    EXPECT_EQ(once[i].role, again[i].role);
    EXPECT_EQ(once[i].seed, again[i].seed);
    differs = differs || once[i].role != other[i].role;
  }

  EXPECT_TRUE(differs);
}

TEST(FaultPlan, PutsFaultsOfAllEntriesInTheOrderOfTime) {
  const auto faults = plan_faults(fault_scenario(
      "phases: [{name: one, for: 30s, rate: 1/s}, {name: two, for: 30s, rate: 1/s}]\n"
      "faults: [{at: two, do: kill, role: app}, {at: one+20s, do: freeze, role: postgres, hold: 1s}]\n"));

  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].role, FaultRole::postgres);
  EXPECT_EQ(faults[0].hold, seconds{1});
  EXPECT_EQ(faults[1].phase, faults[0].phase + 1);
}

TEST(FaultPlan, FindsTheStepThatAnOffsetFallsInto) {
  const auto faults =
      plan_faults(fault_scenario("phases: [{name: climb, step: {from: 1/s, to: 3/s, by: 1/s, every: 10s}}]\n"
                                 "faults: [{at: climb+25s, do: kill, role: app}]\n"));

  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].offset, seconds{5});
}

TEST(FaultPlan, StandsInThePrintedPlan) {
  const std::string text =
      plan_text(make_plan(fault_scenario("phases: [{name: steady, for: 60s, rate: 1/s}]\n"
                                         "faults: [{at: steady+20s, do: kill, role: redis-master, heal: never}, {at: "
                                         "steady+40s, do: restart, role: app}]\n")));

  EXPECT_THAT(text, ::testing::HasSubstr("full stack, 2 instances"));
  EXPECT_THAT(text, ::testing::HasSubstr("+20 s   kill redis-master   not healed before the load ends"));
  EXPECT_THAT(text, ::testing::HasSubstr("+40 s   restart app   comes back by itself"));
}

}  // namespace
}  // namespace plumbline::load
