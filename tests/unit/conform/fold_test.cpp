// From findings to verdicts: levels, alternatives, replays, and what is blocked by what.
#include "judge/fold.h"

#include <gtest/gtest.h>

namespace plumbline::conform {
namespace {

Clause clause(const std::string& id, Level level, std::vector<std::string> needs = {}) {
  Clause made;
  made.id = id;
  made.level = level;
  made.needs = std::move(needs);
  made.cases = {id + ".a", id + ".b"};
  made.alternatives = {{"other", "it does the other thing", Verdict::non_strict, false}};
  return made;
}

// X stands alone, Y builds on X, Z on Y; W is a SHOULD.
Catalogue catalogue() {
  return {{clause("X", Level::must), clause("Y", Level::must, {"X"}), clause("Z", Level::must, {"Y"}),
           clause("W", Level::should)},
          {}};
}

CaseRun run_of(std::string id, std::vector<Finding> findings) {
  return {std::move(id), std::move(findings), "", 1};
}

ClauseVerdict only(std::vector<CaseRun> runs, const Catalogue& rules) {
  auto verdicts = fold(rules, runs);
  EXPECT_EQ(verdicts.size(), 1U);
  return verdicts.at(0);
}

TEST(Fold, PassesWhenTheTargetTookAlternativeA) {
  const Catalogue rules = catalogue();
  EXPECT_EQ(only({run_of("X.a", {pass("seen")})}, rules).verdict, Verdict::pass);
}

TEST(Fold, GivesTheVerdictOfTheAlternativeAndItsMeaning) {
  const Catalogue rules = catalogue();
  const ClauseVerdict verdict = only({run_of("X.a", {took("other", "seen")})}, rules);
  EXPECT_EQ(verdict.verdict, Verdict::non_strict);
  EXPECT_EQ(verdict.reason, "it does the other thing");
}

TEST(Fold, NeverPassesAnAlternativeThatTheCatalogueDoesNotKnow) {
  const Catalogue rules = catalogue();
  EXPECT_EQ(only({run_of("X.a", {took("unheard-of", "seen")})}, rules).verdict, Verdict::inconclusive);
}

TEST(Fold, FailsAMustAndWarnsAtAShould) {
  const Catalogue rules = catalogue();
  EXPECT_EQ(only({run_of("X.a", {violated("this", "that")})}, rules).verdict, Verdict::fail);
  EXPECT_EQ(only({run_of("W.a", {violated("this", "that")})}, rules).verdict, Verdict::warn);
}

TEST(Fold, TellsHowOftenAFailureWasSeenWhenReplaysDisagree) {
  const Catalogue rules = catalogue();
  const ClauseVerdict verdict = only({run_of("X.a", {violated("e", "o"), pass(""), violated("e", "o")})}, rules);
  EXPECT_EQ(verdict.verdict, Verdict::fail);
  EXPECT_EQ(verdict.reason, "intermittent: 2 of 3 runs");
}

TEST(Fold, SaysNothingOfFrequencyWhenEveryReplayFails) {
  const Catalogue rules = catalogue();
  EXPECT_EQ(only({run_of("X.a", {violated("e", "o"), violated("e", "o"), violated("e", "o")})}, rules).reason, "");
}

TEST(Fold, DecidesByTheClearRunWhenAnotherWasUnclear) {
  const Catalogue rules = catalogue();
  EXPECT_EQ(only({run_of("X.a", {unclear("lag"), pass("seen")})}, rules).verdict, Verdict::pass);
}

TEST(Fold, IsInconclusiveWhenEveryRunWasUnclear) {
  const Catalogue rules = catalogue();
  const ClauseVerdict verdict = only({run_of("X.a", {unclear("lag"), unclear("lag")})}, rules);
  EXPECT_EQ(verdict.verdict, Verdict::inconclusive);
  EXPECT_EQ(verdict.reason, "lag");
}

TEST(Fold, TakesTheWorstOfTheCasesOfAClause) {
  const Catalogue rules = catalogue();
  EXPECT_EQ(only({run_of("X.a", {violated("e", "o")}), run_of("X.b", {pass("")})}, rules).verdict, Verdict::fail);
}

TEST(Fold, KeepsPassWhenTheOtherCaseDoesNotApply) {
  const Catalogue rules = catalogue();
  EXPECT_EQ(only({run_of("X.a", {not_applicable("more")}), run_of("X.b", {pass("")})}, rules).verdict, Verdict::pass);
}

TEST(Fold, SaysWhichCapabilityIsNotDeclared) {
  const Catalogue rules = catalogue();
  const ClauseVerdict verdict = only({run_of("X.a", {not_supported("sio.recovery")})}, rules);
  EXPECT_EQ(verdict.verdict, Verdict::not_supported);
  EXPECT_EQ(verdict.reason, "the capability sio.recovery is not declared");
}

TEST(Fold, BlocksDependantsAndNamesTheRoot) {
  const Catalogue rules = catalogue();
  const auto verdicts = fold(rules, {run_of("X.a", {violated("e", "o")}), run_of("Y.a", {violated("e", "o")}),
                                     run_of("Z.a", {violated("e", "o")})});
  EXPECT_EQ(verdicts[0].verdict, Verdict::fail);
  EXPECT_EQ(verdicts[1].verdict, Verdict::blocked);
  EXPECT_EQ(verdicts[1].blocked_by, "X");
  EXPECT_EQ(verdicts[2].verdict, Verdict::blocked);
  EXPECT_EQ(verdicts[2].blocked_by, "X");
}

TEST(Fold, KeepsThePassOfADependant) {
  const Catalogue rules = catalogue();
  const auto verdicts = fold(rules, {run_of("X.a", {violated("e", "o")}), run_of("Y.a", {pass("seen")})});
  EXPECT_EQ(verdicts[1].verdict, Verdict::pass);
}

TEST(Fold, BlocksByTheStepThatFailedEvenIfTheCatalogueNamesNoNeed) {
  const Catalogue rules = catalogue();
  const auto verdicts = fold(rules, {run_of("X.a", {violated("e", "o")}), run_of("W.a", {unmet("X", "e", "o")})});
  EXPECT_EQ(verdicts[1].verdict, Verdict::blocked);
  EXPECT_EQ(verdicts[1].blocked_by, "X");
}

TEST(Fold, IsInconclusiveWhenASetUpStepFailedWhoseClauseHolds) {
  const Catalogue rules = catalogue();
  const auto verdicts = fold(rules, {run_of("X.a", {pass("")}), run_of("Y.a", {unmet("X", "e", "o")})});
  EXPECT_EQ(verdicts[1].verdict, Verdict::inconclusive);
}

TEST(Fold, FailsAClauseWhoseOwnStepFailed) {
  const Catalogue rules = catalogue();
  EXPECT_EQ(only({run_of("X.a", {unmet("X", "e", "o")})}, rules).verdict, Verdict::fail);
}

TEST(Conclude, NeedsEveryMustToBeJudged) {
  const Catalogue rules = catalogue();
  const auto conclusion = [&](Finding finding, const char* id = "X.a") {
    return conclude(fold(rules, {run_of(id, {std::move(finding)})}));
  };
  EXPECT_EQ(conclusion(pass("")), Conformance::conformant);
  EXPECT_EQ(conclusion(took("other", "")), Conformance::conformant);
  EXPECT_EQ(conclusion(violated("e", "o")), Conformance::non_conformant);
  EXPECT_EQ(conclusion(not_applicable("n")), Conformance::incomplete);
  EXPECT_EQ(conclusion(unclear("lag")), Conformance::incomplete);
  EXPECT_EQ(conclusion(violated("e", "o"), "W.a"), Conformance::conformant);
  EXPECT_EQ(conclude({}), Conformance::incomplete);
}

TEST(Conclude, CountsWhatIsNotSupportedNeitherWay) {
  const Catalogue rules = catalogue();
  const CaseRun absent = run_of("W.a", {not_supported("sio.recovery")});
  EXPECT_EQ(conclude(fold(rules, {run_of("X.a", {pass("")}), absent})), Conformance::conformant);
  EXPECT_EQ(conclude(fold(rules, {run_of("X.a", {violated("e", "o")}), absent})), Conformance::non_conformant);
  EXPECT_EQ(conclude(fold(rules, {absent})), Conformance::incomplete) << "nothing was judged";
}

}  // namespace
}  // namespace plumbline::conform
