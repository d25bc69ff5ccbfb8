// What the scenario reader accepts, and the exact words with which it refuses.
#include "scenario/scenario_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace plumbline::load {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kHead = "schema: scenario/1\nname: t\n";
const std::string kPhases = "phases:\n  - {name: steady, for: 1s, rate: 10/s}\n";

struct Refusal {
  const char* name;
  std::string text;
  std::string error;
};

class ScenarioRefusal : public ::testing::TestWithParam<Refusal> {};

TEST_P(ScenarioRefusal, NamesPlaceFaultAndRemedy) {
  const ParsedScenario parsed = parse_scenario(GetParam().text, "s.yaml");

  EXPECT_THAT(parsed.errors, ElementsAre(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Table, ScenarioRefusal,
    ::testing::Values(
        Refusal{"misspelt_phase_key", kHead + "phases:\n  - {name: steady, for: 1s, rates: 10/s}\n",
                "s.yaml:4:29: unknown key 'rates' in phase 'steady'; did you mean 'rate'?"},
        Refusal{"misspelt_root_key", kHead + kPhases + "arivals: poisson\n",
                "s.yaml:5:1: unknown key 'arivals' in the scenario; did you mean 'arrivals'?"},
        Refusal{"unknown_without_likeness", kHead + kPhases + "zzzzzzzz: 1\n",
                "s.yaml:5:1: unknown key 'zzzzzzzz' in the scenario"},
        Refusal{"duration_without_unit", kHead + "phases:\n  - {name: steady, for: 10, rate: 1/s}\n",
                "s.yaml:4:25: 'for' must be a duration with a unit, such as 10s or 250ms, not '10'"},
        Refusal{"rate_without_unit", kHead + "phases:\n  - {name: steady, for: 1s, rate: 500}\n",
                "s.yaml:4:35: 'rate' must be a rate with a unit, such as 500/s, not '500'"},
        Refusal{"negative_rate", kHead + "phases:\n  - {name: steady, for: 1s, rate: -5/s}\n",
                "s.yaml:4:35: 'rate' must be a rate with a unit, such as 500/s, not '-5/s'"},
        Refusal{"shares_off", kHead + kPhases + "mix: {send: 70%, history: 20%}\n",
                "s.yaml:5:6: the shares in 'mix' add up to 90%, not 100%"},
        Refusal{"share_without_percent", kHead + kPhases + "mix: {send: 1}\n",
                "s.yaml:5:13: 'send' must be a share such as 80%, not '1'"},
        Refusal{"devices_off", kHead + kPhases + "users: {count: 5, devices: {1: 80%, 2: 30%}}\n",
                "s.yaml:5:28: the shares in 'devices' add up to 110%, not 100%"},
        Refusal{
            "journeys_are_later", kHead + kPhases + "journeys: {}\n",
            "s.yaml:5:1: 'journeys' in the scenario arrives with a later version; remove it to run this scenario now"},
        Refusal{"unknown_gate", kHead + kPhases + "gates: {e2e.p59: {below: 5ms}}\n",
                "s.yaml:5:9: unknown gate 'e2e.p59'; did you mean 'e2e.p50'?"},
        Refusal{"gate_without_unit", kHead + kPhases + "gates: {e2e.p99: {below: 5}}\n",
                "s.yaml:5:26: 'below' must be a duration with a unit, such as 10s or 250ms, not '5'"},
        Refusal{"gate_of_no_phase", kHead + kPhases + "gates: {e2e.p99: {below: 5ms, phase: stedy}}\n",
                "s.yaml:5:38: gate 'e2e.p99' names the phase 'stedy', which does not exist; did you mean 'steady'?"},
        Refusal{"phase_without_kind", kHead + "phases:\n  - {name: steady, rate: 1/s}\n",
                "s.yaml:4:5: phase 'steady' needs exactly one of ramp, for, step"},
        Refusal{"hold_without_rate", kHead + "phases:\n  - {name: steady, for: 1s}\n",
                "s.yaml:4:5: phase 'steady' needs 'rate', such as 500/s"},
        Refusal{"nobody_to_talk_to", kHead + "users: {count: 1}\n" + kPhases,
                "s.yaml:1:1: 'send' needs somebody to talk to: 'users.count' must be at least 2"},
        Refusal{"two_documents", kHead + kPhases + "---\nschema: scenario/1\n",
                "s.yaml:6:1: a scenario file holds one document; this is the second"},
        Refusal{"too_many_arrivals", kHead + "phases:\n  - {name: steady, for: 100h, rate: 100000/s}\n",
                "s.yaml:4:5: phase 'steady' offers more than a billion arrivals; lower 'rate' or 'for'"},
        Refusal{"text_too_long", kHead + kPhases + "mix: {send: {share: 100%, size: 50KB}}\n",
                "s.yaml:5:33: 'size' is over 10,000 bytes, the longest text that a message may have"},
        Refusal{"no_phases", kHead, "s.yaml:1:1: a scenario needs 'phases'"},
        Refusal{"no_schema", "name: t\n" + kPhases, "s.yaml:1:1: a scenario begins with `schema: scenario/1`"},
        Refusal{"bad_name", "schema: scenario/1\nname: my run\n" + kPhases,
                "s.yaml:2:7: a scenario needs a 'name' of letters, digits, - and _"},
        Refusal{"no_name", "schema: scenario/1\n" + kPhases,
                "s.yaml:1:1: a scenario needs a 'name' of letters, digits, - and _"},
        Refusal{"ramp_beyond_users", kHead + "users: {count: 5}\nphases:\n  - {name: up, ramp: {users: 9, over: 1s}}\n",
                "s.yaml:5:22: phase 'up' ramps to 9 users, but 'users.count' is 5"},
        Refusal{"two_keys", kHead + kPhases + "seed: 1\nseed: 2\n",
                "s.yaml:6:1: key 'seed' appears twice in the scenario"},
        Refusal{"distribution_unit",
                kHead + kPhases + "mix: {send: {share: 100%, size: {lognormal: {median: 120, p99: 2KB}}}}\n",
                "s.yaml:5:54: 'median' must be a size with a unit, such as 120B or 2KB, not '120'"},
        Refusal{"tls_target", kHead + kPhases + "target: https://example.org\n",
                "s.yaml:5:9: 'https://example.org' is not an http:// URL (TLS targets arrive with a later version)"},
        Refusal{"echo_cannot_send", kHead + kPhases + "target: {embedded: echo}\nmix: {send: 100%}\n",
                "s.yaml:1:1: the echo application knows only 'ack' and 'reconnect', not 'send'"}),
    [](const auto& each) { return each.param.name; });

TEST(ScenarioParser, ReportsEveryErrorOfAFileInOrder) {
  const ParsedScenario parsed =
      parse_scenario(kHead + "sed: 1\nphases:\n  - {name: steady, for: 1, rate: 1/s, mesure: no}\n", "s.yaml");

  EXPECT_THAT(parsed.errors,
              ElementsAre("s.yaml:5:25: 'for' must be a duration with a unit, such as 10s or 250ms, not '1'",
                          "s.yaml:5:39: unknown key 'mesure' in phase 'steady'; did you mean 'measure'?",
                          "s.yaml:3:1: unknown key 'sed' in the scenario; did you mean 'seed'?"));
}

TEST(ScenarioParser, SaysOnlyWhichKeyIsMisspeltWhereThatCausedTheRest) {
  EXPECT_THAT(
      parse_scenario(kHead + "usres: {count: 9}\nphases:\n  - {name: up, ramp: {users: 12, over: 1s}}\n", "s.yaml")
          .errors,
      ElementsAre("s.yaml:3:1: unknown key 'usres' in the scenario; did you mean 'users'?"));
  EXPECT_THAT(parse_scenario(kHead + "phasis: []\n", "s.yaml").errors,
              ElementsAre("s.yaml:3:1: unknown key 'phasis' in the scenario; did you mean 'phases'?"));
}

TEST(ScenarioParser, SaysWhereTextIsNotYaml) {
  const ParsedScenario parsed = parse_scenario("a: [1, 2\nb: c: d\n", "s.yaml");

  ASSERT_EQ(parsed.errors.size(), 1U);
  EXPECT_THAT(parsed.errors[0], ::testing::StartsWith("s.yaml:2:"));
  EXPECT_THAT(parsed.errors[0], ::testing::HasSubstr("not YAML: "));
}

TEST(ScenarioParser, NeverThrowsOnOddDocuments) {
  for (const char* text :
       {"", "~", "[]", "- 1", "42", "&a [*a]", "a: !!binary x", "? {a: b}\n: c", "{}: {}", "\t", "phases: {}",
        "schema: scenario/1\nname: t\nphases: [~]", "schema: scenario/1\nname: t\nphases: [[]]",
        "schema: scenario/1\nname: t\nphases: [{ramp: 3}]", "mix: []", "gates: []\n"}) {
    EXPECT_FALSE(parse_scenario(text, "s.yaml").errors.empty()) << text;
  }
}

TEST(ScenarioParser, ReadsWhatProductShows) {
  const ParsedScenario parsed = parse_scenario(
      kHead +
          "seed: 7\nusers: {count: 2000, devices: {1: 80%, 2: 20%}}\n"
          "topology:\n  conversations: {direct: 80%, group: 20%}\n  group_size: {zipf: {min: 3, max: 200, s: 1.2}}\n"
          "phases:\n  - {name: connect, ramp: {users: 2000, over: 10s}}\n"
          "  - {name: warm-up, for: 30s, rate: 1000/s, measure: false}\n  - {name: steady, for: 1m, rate: 1000/s}\n"
          "mix:\n  send: {share: 70%, size: {lognormal: {median: 120B, p99: 2KB}}, then: {typing_before: 40%, "
          "read_after: {delay: {exp: 2s}}}}\n"
          "  history: 20%\n  presence: 10%\narrivals: poisson\n"
          "gates:\n  e2e.p95: {below: 250ms, phase: steady}\n  anomalies: none\n  errors: {below: 1%}\n",
      "s.yaml");

  ASSERT_THAT(parsed.errors, IsEmpty());
  const Scenario& s = parsed.scenario;
  EXPECT_EQ(s.seed, 7U);
  EXPECT_EQ(s.users.count, 2000U);
  EXPECT_DOUBLE_EQ(s.users.devices.at(2), 0.2);
  EXPECT_DOUBLE_EQ(s.topology.direct, 0.8);
  EXPECT_EQ(s.topology.group_size.kind, Distribution::Kind::zipf);
  ASSERT_EQ(s.phases.size(), 3U);
  EXPECT_FALSE(s.phases[1].measure);
  EXPECT_EQ(s.phases[2].length, std::chrono::minutes{1});
  EXPECT_DOUBLE_EQ(s.mix.shares.at(OpKind::send), 0.7);
  EXPECT_DOUBLE_EQ(s.mix.typing_before, 0.4);
  EXPECT_DOUBLE_EQ(s.mix.read_after, 1);
  EXPECT_DOUBLE_EQ(s.mix.read_delay.a, 2e9);
  EXPECT_EQ(s.arrivals, Arrivals::poisson);
  ASSERT_EQ(s.gates.size(), 3U);
  EXPECT_DOUBLE_EQ(s.gates[0].below, 250);
  EXPECT_DOUBLE_EQ(s.gates[2].below, 0.01);
}

TEST(ScenarioParser, ExpandsStepsIntoHolds) {
  const ParsedScenario parsed = parse_scenario(
      kHead + "phases:\n  - {name: climb, step: {from: 100/s, to: 300/s, by: 100/s, every: 5s}}\n", "s.yaml");

  ASSERT_THAT(parsed.errors, IsEmpty());
  ASSERT_EQ(parsed.scenario.phases.size(), 4U);  // connect by default, then three steps
  EXPECT_EQ(parsed.scenario.phases[3].name, "climb@300/s");
  EXPECT_EQ(parsed.scenario.phases[3].origin, "climb");
  EXPECT_DOUBLE_EQ(parsed.scenario.phases[3].rate, 300);
}

TEST(ScenarioParser, ListsEveryNumberThatADefaultDecided) {
  const ParsedScenario parsed = parse_scenario(kHead + kPhases, "s.yaml");

  EXPECT_THAT(parsed.scenario.defaults,
              ElementsAre("topology: {conversations: {direct: 100%}, per_user: 1}", "seed: 1",
                          "users: {count: 10, devices: {1: 100%}}", "arrivals: constant",
                          "mix: {send: {share: 100%, size: 120B}}",
                          "phases: a first phase {name: connect, ramp: {users: 10, over: 10ms}}"));
}

TEST(LoadScenario, SaysThatAFileIsMissing) {
  EXPECT_THAT(load_scenario("no/such.yaml").errors,
              ElementsAre("no/such.yaml: no such scenario file; the ones that ship are in scenarios/"));
}

TEST(LoadScenario, AcceptsEveryShippedScenario) {
  for (const char* name : {"smoke", "smoke-full", "chat-steady", "echo-ack"}) {
    EXPECT_THAT(load_scenario(std::string(PLUMBLINE_SCENARIOS "/") + name + ".yaml").errors, IsEmpty());
  }
}

TEST(LoadTarget, TakesAnUrlWithoutItsPath) {
  const ParsedTarget parsed = load_target("http://127.0.0.1:3000/");

  EXPECT_THAT(parsed.errors, IsEmpty());
  EXPECT_EQ(parsed.target.url, "http://127.0.0.1:3000");
  EXPECT_EQ(parsed.target.kind, Target::Kind::url);
}

TEST(LoadTarget, SaysThatAFileIsMissing) {
  EXPECT_THAT(load_target("no-such.yaml").errors,
              ElementsAre("no-such.yaml: no such target file; give an URL such as http://127.0.0.1:3000 or a file"));
}

}  // namespace
}  // namespace plumbline::load
