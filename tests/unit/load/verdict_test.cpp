// One outcome, one exit code, one sentence; where several apply the gravest wins.
#include "verdict/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::load {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

history::GateResult gate(history::Outcome outcome) {
  history::GateResult result;
  result.name = "e2e.p99";
  result.bound = "< 50 ms";
  result.value = "61 ms";
  result.outcome = outcome;
  result.note = "3 samples, 100 needed";
  return result;
}

void lose(Facts& facts) {
  facts.ledger.counts[static_cast<std::size_t>(checker::Anomaly::acked_lost)] = 2;
  facts.ledger.examples.push_back({checker::Anomaly::acked_lost, "m1", "message m1 of device 4 is gone"});
}

TEST(Judge, PassesACleanRun) {
  Facts facts;
  facts.e2e_p99_ms = 8.4;
  const Verdict verdict = judge(facts);

  EXPECT_EQ(verdict.exit_code, ExitCode::ok);
  EXPECT_EQ(verdict.outcome, history::Outcome::pass);
  EXPECT_EQ(verdict.reason, "");
  EXPECT_EQ(verdict.sentence, "nothing acknowledged was lost, doubled or reordered; e2e p99 8.4 ms");
}

TEST(Judge, SaysThatSendsWereRefusedEvenWhenItPasses) {
  Facts facts;
  facts.ledger.sent = 8;
  facts.ledger.failed = 3;

  EXPECT_THAT(judge(facts).sentence, HasSubstr("3 of 8 sends were refused"));
}

TEST(Judge, GivesNoJudgementWhenNothingWasSent) {
  Facts facts;
  facts.nothing_sent = true;
  const Verdict verdict = judge(facts);

  EXPECT_EQ(verdict.exit_code, ExitCode::no_judgement);
  EXPECT_EQ(verdict.outcome, history::Outcome::unknown);
}

TEST(Judge, LeadsWithSequenceReuseWhenItExplainsTheLoss) {
  Facts facts;
  lose(facts);
  facts.ledger.counts[static_cast<std::size_t>(checker::Anomaly::sequence_reuse)] = 2;

  EXPECT_THAT(judge(facts).sentence, StartsWith("2 sequence-reuse"));
}

TEST(Judge, FailsAGateWithExitCode1) {
  Facts facts;
  facts.gates = {gate(history::Outcome::fail)};
  const Verdict verdict = judge(facts);

  EXPECT_EQ(verdict.exit_code, ExitCode::gates_failed);
  EXPECT_EQ(verdict.outcome, history::Outcome::fail);
  EXPECT_EQ(verdict.sentence, "e2e.p99 was 61 ms, the gate is < 50 ms");
}

TEST(Judge, LeadsWithWhatWasLostAndHowManyWithoutAnExample) {
  Facts facts;
  lose(facts);
  facts.gates = {gate(history::Outcome::fail)};
  const Verdict verdict = judge(facts);

  EXPECT_EQ(verdict.exit_code, ExitCode::anomalies);
  EXPECT_EQ(verdict.reason, "anomalies");
  EXPECT_THAT(verdict.sentence, StartsWith("2 acked-lost: "));
  EXPECT_THAT(verdict.sentence, Not(HasSubstr("message m1 of device 4 is gone")));
}

TEST(Judge, PrefersTheGravestAnomalyOverTheMostFrequent) {
  Facts facts;
  lose(facts);
  facts.ledger.counts[static_cast<std::size_t>(checker::Anomaly::acked_undelivered)] = 90;

  EXPECT_THAT(judge(facts).sentence, StartsWith("2 acked-lost"));
}

TEST(Judge, DoesNotFailOnInformation) {
  Facts facts;
  facts.ledger.counts[static_cast<std::size_t>(checker::Anomaly::sequence_gap)] = 9;
  facts.ledger.counts[static_cast<std::size_t>(checker::Anomaly::indeterminate_committed)] = 3;

  EXPECT_EQ(judge(facts).exit_code, ExitCode::ok);
}

TEST(Judge, GivesNoJudgementOnAnInvalidRun) {
  Facts facts;
  facts.generator.verdict = history::Generator::invalid;
  facts.generator.reasons = {"3 of 10 measured seconds flagged"};
  facts.gates = {gate(history::Outcome::fail)};
  const Verdict verdict = judge(facts);

  EXPECT_EQ(verdict.exit_code, ExitCode::no_judgement);
  EXPECT_EQ(verdict.outcome, history::Outcome::unknown);
  EXPECT_EQ(verdict.reason, "generator");
  EXPECT_THAT(verdict.sentence, HasSubstr("3 of 10 measured seconds flagged"));
}

TEST(Judge, NamesTheFaultThatDidNotTakePlaceBeforeTheBusyGenerator) {
  Facts facts;
  facts.generator.verdict = history::Generator::invalid;
  facts.vacuous = "fault 1 (kill app) did not take place: no such command";

  EXPECT_EQ(judge(facts).exit_code, ExitCode::no_judgement);
  EXPECT_EQ(judge(facts).sentence, facts.vacuous);
}

TEST(Judge, ReportsAnomaliesEvenOfAnInvalidRun) {
  Facts facts;
  facts.generator.verdict = history::Generator::invalid;
  lose(facts);

  EXPECT_EQ(judge(facts).exit_code, ExitCode::anomalies);
}

TEST(Judge, KeepsTheOutcomeOfADegradedRun) {
  Facts facts;
  facts.generator.verdict = history::Generator::degraded;

  EXPECT_EQ(judge(facts).exit_code, ExitCode::ok);
}

TEST(Judge, NeverPassesAnOverflowedLedgerOrUnfinishedReads) {
  Facts overflowed;
  overflowed.ledger.overflowed = true;
  Facts unsettled;
  unsettled.settled = false;

  EXPECT_EQ(judge(overflowed).exit_code, ExitCode::no_judgement);
  EXPECT_EQ(judge(unsettled).exit_code, ExitCode::no_judgement);
  EXPECT_EQ(judge(unsettled).outcome, history::Outcome::unknown);
}

TEST(Judge, IsUnknownWhenAGateCannotBeJudged) {
  Facts facts;
  facts.gates = {gate(history::Outcome::unknown)};
  const Verdict verdict = judge(facts);

  EXPECT_EQ(verdict.exit_code, ExitCode::no_judgement);
  EXPECT_EQ(verdict.sentence, "e2e.p99 cannot be judged: 3 samples, 100 needed");
}

TEST(Judge, LetsTheGravestEndingDecide) {
  Facts interrupted;
  interrupted.ending = Ending::interrupted;
  interrupted.ending_sentence = "interrupted by the user";
  lose(interrupted);
  Facts lost;
  lost.ending = Ending::target_lost;
  lost.ending_sentence = "the target was lost";
  Facts refused;
  refused.ending = Ending::setup_failed;

  EXPECT_EQ(judge(interrupted).exit_code, ExitCode::interrupted);
  EXPECT_EQ(judge(interrupted).sentence, "interrupted by the user");
  EXPECT_EQ(judge(lost).exit_code, ExitCode::target_lost);
  EXPECT_EQ(judge(refused).exit_code, ExitCode::setup_failed);
}

}  // namespace
}  // namespace plumbline::load
