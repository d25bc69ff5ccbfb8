// junit.xml as a CI server reads it.
#include <gtest/gtest.h>

#include "plumbline/render/render.h"
#include "results.h"

namespace plumbline::render {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Junit, CountsFailuresErrorsAndSkips) {
  EXPECT_TRUE(has(to_junit(passing_run()), "tests=\"7\" failures=\"0\" errors=\"0\" skipped=\"0\""));
  EXPECT_TRUE(has(to_junit(failing_run()), "tests=\"7\" failures=\"3\" errors=\"0\" skipped=\"0\""));
  EXPECT_TRUE(has(to_junit(invalid_run()), "tests=\"7\" failures=\"0\" errors=\"1\" skipped=\"2\""));
  EXPECT_TRUE(has(to_junit(conform_run()), "tests=\"6\" failures=\"1\" errors=\"1\" skipped=\"2\""));
}

TEST(Junit, NamesTheRootOfABlockedClause) {
  EXPECT_TRUE(has(to_junit(conform_run()), "<skipped message=\"BLOCKED (blocked by EIO-UP-04)\"/>"));
}

TEST(Junit, HasNoCharacterThatXmlForbids) {
  for (const auto& run : {failing_run(), conform_run()}) {
    for (const char c : to_junit(run)) {
      const auto byte = static_cast<unsigned char>(c);
      ASSERT_TRUE(byte >= 0x20 || c == '\n') << int{byte};
    }
    EXPECT_FALSE(has(to_junit(run), "</script>"));
  }
}

TEST(Junit, AFailedAnomalyGateShowsTheExamples) {
  const std::string junit = to_junit(failing_run());
  const std::size_t gate = junit.find("name=\"anomalies none\"");
  ASSERT_NE(gate, std::string::npos);

  EXPECT_TRUE(has(junit.substr(gate, junit.find("</testcase>", gate) - gate), "message 17 of device 812 is absent"));
}

TEST(Junit, ARunWithoutJudgementIsAnErrorAndClaimsNoAnomalyAbsent) {
  history::RunResult run = passing_run();
  run.outcome = history::Outcome::unknown;
  run.exit_code = ExitCode::target_lost;
  run.sentence = "the target was lost";

  EXPECT_TRUE(has(to_junit(run), "errors=\"1\""));
  EXPECT_TRUE(has(to_junit(run), "<error message=\"UNKNOWN: the target was lost\">"));
  EXPECT_TRUE(has(to_junit(run), "<skipped message=\"not judged: the run did not end, or sent nothing\"/>"));
}

TEST(Junit, InformationIsNoFailure) {
  history::RunResult run = passing_run();
  run.anomalies["sequence-gap"] = 4;

  EXPECT_TRUE(has(to_junit(run), "failures=\"0\""));
}

}  // namespace
}  // namespace plumbline::render
