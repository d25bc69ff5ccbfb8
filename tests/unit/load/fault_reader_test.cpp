// How faults, the stack as a target, and a target's control commands are written, and the words that refuse the rest.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "scenario/scenario_parser.h"

namespace plumbline::load {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kStackHead =
    "schema: scenario/1\nname: t\ntarget: {stack: full, instances: 3}\n"
    "phases: [{name: warm-up, for: 30s, rate: 5/s}, {name: steady, for: 60s, rate: 5/s}]\n";

struct BadFault {
  const char* name;
  std::string line;  // the fifth of the file
  std::string error;
};

class FaultRefusal : public ::testing::TestWithParam<BadFault> {};

TEST_P(FaultRefusal, NamesPlaceFaultAndRemedy) {
  const ParsedScenario parsed = parse_scenario(kStackHead + GetParam().line + "\n", "s.yaml");

  EXPECT_THAT(parsed.errors, ElementsAre("s.yaml:5:" + GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Table, FaultRefusal,
    ::testing::Values(
        BadFault{"unknown_key", "faults: [{at: steady+1s, do: kill, role: app, evry: 5s}]",
                 "47: unknown key 'evry' in fault 1; did you mean 'every'?"},
        BadFault{"no_role", "faults: [{at: steady+1s, do: kill}]", "10: fault 1 needs 'role', such as redis-master"},
        BadFault{
            "misspelt_role", "faults: [{at: steady+1s, do: kill, role: redis-mster}]",
            "42: 'role' must be redis-master, redis-replica, sentinel, kafka-leader, kafka-controller, kafka-broker, "
            "postgres, app or any, not 'redis-mster'; did you mean 'redis-master'?"},
        BadFault{"unknown_action", "faults: [{at: steady+1s, do: explode, role: app}]",
                 "30: 'do' must be kill, term, freeze, restart or restart-empty, not 'explode'"},
        BadFault{"unknown_phase", "faults: [{at: stedy+1s, do: kill, role: app}]",
                 "15: 'at' names the phase 'stedy', and no phase of that name offers load; did you mean 'steady'?"},
        BadFault{"behind_the_end", "faults: [{at: steady+60s, do: kill, role: app}]",
                 "15: 'at' lies behind the end of the phase 'steady'"},
        BadFault{"offset_without_unit", "faults: [{at: steady+20, do: kill, role: app}]",
                 "15: 'at' must be a phase and a time after its start such as steady+20s, not 'steady+20'"},
        BadFault{"hold_and_heal", "faults: [{at: steady, do: kill, role: app, hold: 1s, heal: 2s}]",
                 "60: give 'hold' or 'heal', not both: each says when it is healed"},
        BadFault{"restart_with_hold", "faults: [{at: steady, do: restart, role: app, hold: 1s}]",
                 "10: a restart comes back by itself: 'hold' and 'heal' mean nothing here"},
        BadFault{"emptied_database", "faults: [{at: steady, do: restart-empty, role: postgres}]",
                 "10: 'restart-empty' is for redis-master and redis-replica: it throws the data away"},
        BadFault{"any_of_one", "faults: [{at: steady, do: kill, role: any, of: app-1}]",
                 "10: 'of' names a process, so 'role' cannot be any"},
        BadFault{"too_often", "faults: [{at: steady, do: kill, role: any, every: 10ms}]",
                 "10: 'every' must be at least 1s"},
        BadFault{"no_list", "faults: {at: steady}",
                 "9: 'faults' must be a list such as [{at: steady+20s, do: kill, role: redis-master}]"},
        BadFault{"gate_of_no_role", "gates: {outage.uw_sys@rediz: {below: 1s}}",
                 "9: gate 'outage.uw_sys@rediz': no role begins with 'rediz'"},
        BadFault{"misspelt_outage_gate", "gates: {outage.uw_syz: {below: 1s}}",
                 "9: unknown gate 'outage.uw_syz'; did you mean 'outage.uw_sys'?"},
        BadFault{"role_on_a_latency", "gates: {e2e.p99@app: {below: 1s}}", "9: unknown gate 'e2e.p99@app'"},
        BadFault{"odd_exception", "gates: {e2e.p99: {below: 1s, except: weekends}}",
                 "38: 'except' must be faults, not 'weekends'"}),
    [](const auto& param) { return param.param.name; });

TEST(FaultReader, ReadsWhatIsDoneWhenAndToWhom) {
  const ParsedScenario parsed =
      parse_scenario(kStackHead +
                         "faults:\n  - {at: steady+20s, every: 10s, do: freeze, role: kafka-leader, of: 3, hold: 5s}\n"
                         "  - {at: warm-up, do: kill, role: redis-master, heal: never}\n",
                     "s.yaml");

  ASSERT_THAT(parsed.errors, IsEmpty());
  ASSERT_EQ(parsed.scenario.faults.size(), 2U);
  const Fault& freeze = parsed.scenario.faults[0];
  EXPECT_EQ(freeze.phase, "steady");
  EXPECT_EQ(freeze.offset, seconds{20});
  EXPECT_EQ(freeze.every, seconds{10});
  EXPECT_EQ(freeze.action, FaultAction::freeze);
  EXPECT_EQ(freeze.role, FaultRole::kafka_leader);
  EXPECT_EQ(freeze.of, "3");
  EXPECT_EQ(freeze.hold, seconds{5});
  EXPECT_TRUE(parsed.scenario.faults[1].never);
}

TEST(FaultReader, ReadsTheStackAsATarget) {
  const ParsedScenario full = parse_scenario(kStackHead, "s.yaml");
  const ParsedScenario minimal = parse_scenario(
      "schema: scenario/1\nname: t\ntarget: {stack: minimal}\nphases: [{name: steady, for: 1s, rate: 5/s}]\n",
      "s.yaml");

  EXPECT_EQ(full.scenario.target.kind, Target::Kind::stack);
  EXPECT_EQ(full.scenario.target.profile, "full");
  EXPECT_EQ(full.scenario.target.instances, 3U);
  EXPECT_EQ(minimal.scenario.target.instances, 1U);
}

TEST(FaultReader, RefusesAStackOfNoKnownProfile) {
  const ParsedScenario parsed = parse_scenario(
      "schema: scenario/1\nname: t\ntarget: {stack: large}\nphases: [{name: steady, for: 1s, rate: 5/s}]\n", "s.yaml");

  EXPECT_THAT(parsed.errors, ElementsAre("s.yaml:3:9: 'stack' must be minimal or full, not 'large'"));
}

TEST(FaultReader, ReadsOutageGatesForAllFaultsOrForSomeRoles) {
  const ParsedScenario parsed = parse_scenario(
      kStackHead +
          "gates: {outage.uw_sys: {below: 1s}, outage.ttr_p99@kafka: {below: 5s}, kafka.lag: {below: 5s}, "
          "e2e.p90: {below: 250ms, except: faults}}\n",
      "s.yaml");

  ASSERT_THAT(parsed.errors, IsEmpty());
  const std::vector<Gate>& gates = parsed.scenario.gates;
  ASSERT_EQ(gates.size(), 4U);
  EXPECT_EQ(gates[0].kind, Gate::Kind::outage);
  EXPECT_EQ(gates[0].statistic, "uw_sys");
  EXPECT_EQ(gates[0].below, 1000);
  EXPECT_EQ(gates[1].role, "kafka");
  EXPECT_EQ(gates[2].kind, Gate::Kind::lag);
  EXPECT_TRUE(gates[3].except_faults);
}

TEST(FaultReader, RefusesFaultsThatNothingCanCarryOut) {
  const std::string faults = "faults: [{at: steady, do: kill, role: app}]\n";
  const std::string phases = "phases: [{name: steady, for: 1s, rate: 5/s}]\n";
  ParsedScenario embedded = parse_scenario("schema: scenario/1\nname: t\n" + phases + faults, "s.yaml");
  ASSERT_THAT(embedded.errors, IsEmpty());  // --target may still name one that can
  const ParsedScenario stack = parse_scenario(kStackHead + faults, "s.yaml");
  ParsedScenario foreign = embedded;
  foreign.scenario.target.kind = Target::Kind::url;
  foreign.scenario.target.control["kill app"] = "true";

  EXPECT_THAT(fault_errors(embedded.scenario),
              ElementsAre("s.yaml: its faults need `target: {stack: full}`, or a target file with 'control'"));
  EXPECT_THAT(fault_errors(stack.scenario), IsEmpty());
  EXPECT_THAT(fault_errors(foreign.scenario), ElementsAre("s.yaml: the target file's 'control' has no 'heal'"));
  foreign.scenario.target.control["heal"] = "true";
  EXPECT_THAT(fault_errors(foreign.scenario), IsEmpty());
  foreign.scenario.faults[0].role = FaultRole::postgres;
  EXPECT_THAT(fault_errors(foreign.scenario),
              ElementsAre("s.yaml: the target file's 'control' has no command for 'kill postgres'"));
}

TEST(FaultReader, ReadsCommandsForATargetThatIsNotOurs) {
  const std::filesystem::path file = std::filesystem::path(::testing::TempDir()) / "plumbline-control.yaml";
  std::ofstream(file) << "schema: target/1\nendpoints: {rest: 'http://127.0.0.1:1'}\n"
                         "control: {kill: {app: ./kill-app, redis-master: ./kill-redis}, heal: ./heal}\n";
  const ParsedTarget parsed = load_target(file.string());
  std::filesystem::remove(file);

  ASSERT_THAT(parsed.errors, IsEmpty());
  EXPECT_EQ(parsed.target.control.at("kill app"), "./kill-app");
  EXPECT_EQ(parsed.target.control.at("kill redis-master"), "./kill-redis");
  EXPECT_EQ(parsed.target.control.at("heal"), "./heal");
}

}  // namespace
}  // namespace plumbline::load
