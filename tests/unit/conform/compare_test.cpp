// Which changes between two runs are bad news, which are good, and which say that nobody knows any more.
#include "stored/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::conform {
namespace {

using testing::HasSubstr;

history::RunResult run_with(const std::vector<std::pair<std::string, std::string>>& verdicts) {
  history::RunResult run;
  for (const auto& [id, verdict] : verdicts) {
    history::ClauseResult clause;
    clause.id = id;
    clause.verdict = verdict;
    clause.observed = "seen";
    run.clauses.push_back(clause);
  }
  return run;
}

Comparison change(const std::string& before, const std::string& after) {
  return compare(run_with({{"X", before}}), run_with({{"X", after}}));
}

TEST(Compare, FindsNothingInEqualRuns) {
  const Comparison same = change("FAIL", "FAIL");
  EXPECT_EQ(same.same, 1U);
  EXPECT_EQ(same.exit_code(), ExitCode::ok);
}

TEST(Compare, FailsForEveryStepDown) {
  for (const auto& [before, after] : std::vector<std::pair<std::string, std::string>>{
           {"PASS", "FAIL"}, {"PASS", "WARN"}, {"PASS", "NON_STRICT"}, {"WARN", "FAIL"}, {"INCONCLUSIVE", "FAIL"}}) {
    EXPECT_EQ(change(before, after).exit_code(), ExitCode::gates_failed) << before << " " << after;
  }
}

TEST(Compare, IsContentWithEveryStepUp) {
  EXPECT_EQ(change("FAIL", "PASS").better.size(), 1U);
  EXPECT_EQ(change("FAIL", "PASS").exit_code(), ExitCode::ok);
  EXPECT_EQ(change("INCONCLUSIVE", "PASS").exit_code(), ExitCode::ok);
}

TEST(Compare, CannotTellWhereTheSecondRunDidNotJudge) {
  EXPECT_EQ(change("PASS", "INCONCLUSIVE").exit_code(), ExitCode::no_judgement);
  EXPECT_EQ(change("FAIL", "BLOCKED").exit_code(), ExitCode::no_judgement);
  EXPECT_EQ(compare(run_with({{"X", "PASS"}}), run_with({})).exit_code(), ExitCode::no_judgement);
}

TEST(Compare, TakesANewClauseForNewsOnlyWhenItFails) {
  EXPECT_EQ(compare(run_with({}), run_with({{"X", "PASS"}})).exit_code(), ExitCode::ok);
  EXPECT_EQ(compare(run_with({}), run_with({{"X", "FAIL"}})).exit_code(), ExitCode::gates_failed);
}

TEST(Compare, ShowsWhatWasSeenOfAFailure) {
  const std::string text = comparison_text(change("PASS", "FAIL"));
  EXPECT_THAT(text, HasSubstr("worse          X  PASS -> FAIL"));
  EXPECT_THAT(text, HasSubstr("observed  seen"));
  EXPECT_THAT(comparison_json(change("PASS", "FAIL")), HasSubstr(R"("before":"PASS","after":"FAIL")"));
}

}  // namespace
}  // namespace plumbline::conform
