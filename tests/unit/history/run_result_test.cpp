#include "plumbline/history/run_result.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>

namespace plumbline::history {
namespace {

RunResult full() {
  RunResult result;
  result.verb = "load";
  result.name = "smoke";
  result.question = "Does \"it\" hold?\n";
  result.started_at = "2026-11-21T08:01:02.003Z";
  result.outcome = Outcome::fail;
  result.generator = Generator::degraded;
  result.generator_reasons = {"slip p99 3.1 ms > 1 ms in second 4"};
  result.generator_facts = {{"slip_p99", "3.1 ms (limit 1 ms)"}};
  result.exit_code = ExitCode::anomalies;
  result.reason = "anomalies";
  result.seed = 18'446'744'073'709'551'615ULL;
  result.sent = 100;
  result.anomalies = {{"acked-lost", 2}, {"phantom", 0}};
  result.examples = {{"acked-lost", "m-1", "gone", {"1   message 1"}}};
  FaultRow fault;
  fault.number = 1;
  fault.action = "kill";
  fault.role = "redis-master";
  fault.struck = true;
  fault.uw_sys_s = 0.64;
  fault.elected_s = 2.3;
  fault.events = {{"switched", "redis-2", "redis-master", 44.5}};
  result.faults = {fault};
  result.outage.struck = 1;
  result.outage.errors = {{"status 503", 3}};
  result.latency_ms["e2e"] = {1.5, 2.5, 3.5, 9, 1.75, 100, 0.004};
  result.gates = {{"e2e.p95", "< 250 ms", "8.4 ms", Outcome::pass, ""}};
  result.phases = {{"steady", 0, 10, true, 100, 100, 98, 2, {}, {}}};
  result.steps = {{"send", 100, 98, 1, 1, {}, {}}};
  Second second;
  second.t = 1;
  second.e2e_p99 = 3.5;
  result.seconds = {second};
  result.e2e_curve = {{0.5, 1.5}, {1, 9}};
  result.environment = {{"cores", "2"}};
  result.clauses = {{"EIO-HS-01", "title", "MUST", "PASS", "a", "b", "c", "d", "e", "f", "g", 3.5}};
  result.configuration = "name: smoke\n";
  return result;
}

TEST(RunResultJson, ReadsBackWhatItWrote) {
  const std::string json = to_json(full());

  const auto read = run_result_from_json(json);

  ASSERT_TRUE(read.has_value()) << read.error().sentence;
  const RunResult back = read.value();
  EXPECT_EQ(to_json(back), json);
  EXPECT_EQ(back.seed, full().seed);
  EXPECT_EQ(back.generator, Generator::degraded);
  EXPECT_EQ(back.exit_code, ExitCode::anomalies);
  EXPECT_EQ(back.seconds.at(0).e2e_p99, 3.5);
  EXPECT_FALSE(back.seconds.at(0).e2e_p50.has_value());
  EXPECT_EQ(back.clauses.at(0).duration_ms, 3.5);
  EXPECT_EQ(back.faults.at(0).action, "kill");
  EXPECT_EQ(back.faults.at(0).elected_s, 2.3);
  EXPECT_FALSE(back.faults.at(0).healthy_s.has_value());
  EXPECT_EQ(back.faults.at(0).events.at(0).process, "redis-2");
  EXPECT_EQ(back.outage.errors.at("status 503"), 3U);
}

TEST(RunResultJson, HasTheShapeThatScriptsRelyOn) {
  const boost::json::value json = boost::json::parse(to_json(full()));
  const auto at = [&json](const char* pointer) {
    return boost::json::serialize(json.at_pointer(pointer));
  };

  EXPECT_EQ(at("/generator/verdict"), "\"DEGRADED\"");
  EXPECT_EQ(at("/outcome"), "\"FAIL\"");
  EXPECT_EQ(at("/exit_code"), "5");
  EXPECT_EQ(at("/anomalies/acked-lost"), "2");
  EXPECT_EQ(at("/latency_ms/e2e/p99"), "3.5E0");
  EXPECT_EQ(at("/gates/0/name"), "\"e2e.p95\"");
}

TEST(RunResultJson, WritesNumbersForPeopleAndRowsOnOneLine) {
  const std::string json = to_json(full());

  EXPECT_NE(json.find("    \"e2e\": {\"p50\": 1.5, \"p95\": 2.5, \"p99\": 3.5, \"max\": 9, "), std::string::npos)
      << json;
  EXPECT_NE(json.find("\n  \"seed\": 18446744073709551615,\n"), std::string::npos);
}

TEST(RunResultJson, WritesNullForNumbersThatJsonLacks) {
  RunResult result = full();
  result.latency_ms["e2e"].p50 = std::numeric_limits<double>::quiet_NaN();

  EXPECT_TRUE(boost::json::parse(to_json(result)).at_pointer("/latency_ms/e2e/p50").is_null());
}

TEST(RunResultJson, NamesTheFieldThatIsWrong) {
  boost::json::value json = boost::json::parse(to_json(full()));
  json.at_pointer("/phases/0/e2e/p50") = "fast";

  const auto read = run_result_from_json(boost::json::serialize(json));

  ASSERT_TRUE(read.has_error());
  EXPECT_EQ(read.error().sentence, "summary.json is not a run summary: 'phases[0].e2e.p50' must be a number");
}

TEST(RunResultJson, NamesTheRequiredMemberThatIsMissing) {
  for (const std::string key : {"verb", "gates", "anomalies", "generator", "outcome", "exit_code", "latency_ms"}) {
    boost::json::value json = boost::json::parse(to_json(full()));
    json.get_object().erase(key);

    const auto read = run_result_from_json(boost::json::serialize(json));

    ASSERT_TRUE(read.has_error()) << key;
    EXPECT_EQ(read.error().sentence, "summary.json is not a run summary: '" + key + "' is missing");
  }
}

TEST(RunResultJson, ReadsBackTheEmptiestSummaryThatAVerbWrites) {
  EXPECT_TRUE(run_result_from_json(to_json(RunResult{})).has_value());
}

// One member of a right summary is replaced; the sentence must name it.
struct Wrong {
  const char* name;
  const char* member;
  boost::json::value value;
};
class WrongMember : public testing::TestWithParam<Wrong> {};

TEST_P(WrongMember, IsNamed) {
  boost::json::value json = boost::json::parse(to_json(full()));
  json.get_object()[GetParam().member] = GetParam().value;

  const auto read = run_result_from_json(boost::json::serialize(json));

  ASSERT_TRUE(read.has_error());
  EXPECT_NE(read.error().sentence.find(std::string("'") + GetParam().member), std::string::npos)
      << read.error().sentence;
}

INSTANTIATE_TEST_SUITE_P(Cases, WrongMember,
                         testing::Values(Wrong{"NoObject", "generator", nullptr}, Wrong{"Outcome", "outcome", "GREAT"},
                                         Wrong{"ExitCode", "exit_code", 77}, Wrong{"NegativeCount", "sent", -1},
                                         Wrong{"NoList", "gates", nullptr}),
                         [](const testing::TestParamInfo<Wrong>& param) { return param.param.name; });

struct Broken {
  const char* name;
  const char* json;
};
class BrokenSummary : public testing::TestWithParam<Broken> {};

TEST_P(BrokenSummary, IsRefused) {
  EXPECT_TRUE(run_result_from_json(GetParam().json).has_error());
}

INSTANTIATE_TEST_SUITE_P(Cases, BrokenSummary,
                         testing::Values(Broken{"Empty", ""},
                                         Broken{"CutOff", R"({"schema": "plumbline/summary/1", "verb": "lo)"},
                                         Broken{"NoObject", "[]"},
                                         Broken{"OtherSchema", R"({"schema": "plumbline/summary/2"})"}),
                         [](const testing::TestParamInfo<Broken>& param) { return param.param.name; });

}  // namespace
}  // namespace plumbline::history
