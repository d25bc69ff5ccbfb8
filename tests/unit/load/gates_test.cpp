#include "verdict/gates.h"

#include <gtest/gtest.h>

namespace plumbline::load {
namespace {

using history::GateResult;
using std::chrono::milliseconds;

constexpr Time kStart = Time{} + std::chrono::hours{1};

class GatesTest : public ::testing::Test {
 protected:
  GatesTest() : recorder({steady()}) {
    recorder.start(kStart);
    recorder.begin_phase(0, kStart, 100);
  }
  static Phase steady() {
    Phase phase;
    phase.name = phase.origin = "steady";
    return phase;
  }
  static Gate latency(double below, const char* statistic = "p99") {
    Gate gate;
    gate.metric = "e2e";
    gate.statistic = statistic;
    gate.name = std::string("e2e.") + statistic;
    gate.below = below;
    return gate;
  }
  GateResult judge(const Gate& gate) { return judge_gates({gate}, recorder, report).at(0); }
  void measure(int times, milliseconds value) {
    for (int i = 0; i < times; ++i) {
      recorder.on_latency(Metric::e2e, kStart, kStart + value);
    }
  }

  Recorder recorder;
  checker::CheckerReport report;
};

TEST_F(GatesTest, PassBelowTheBound) {
  measure(200, milliseconds{8});

  const GateResult result = judge(latency(50));
  EXPECT_EQ(result.outcome, history::Outcome::pass);
  EXPECT_EQ(result.name, "e2e.p99");
  EXPECT_EQ(result.bound, "< 50 ms");
  EXPECT_EQ(result.value, "8.00 ms");
}

TEST_F(GatesTest, FailAtTheBound) {
  measure(98, milliseconds{8});
  measure(2, milliseconds{50});

  EXPECT_EQ(judge(latency(50)).outcome, history::Outcome::fail);
  EXPECT_EQ(judge(latency(50, "p50")).outcome, history::Outcome::pass);
}

TEST_F(GatesTest, AreUnknownWithoutASampleBeyondThePercentile) {
  measure(99, milliseconds{8});

  const GateResult result = judge(latency(50));
  EXPECT_EQ(result.outcome, history::Outcome::unknown);
  EXPECT_EQ(result.note, "99 samples, 100 needed");
}

TEST_F(GatesTest, JudgeErrorsByTheirShareOfFinishedOperations) {
  for (int i = 0; i < 99; ++i) {
    recorder.on_outcome(OpKind::send, Outcome::ok, kStart, kStart, kStart);
  }
  recorder.on_outcome(OpKind::send, Outcome::info, kStart, kStart, kStart);
  Gate gate;
  gate.kind = Gate::Kind::errors;
  gate.name = "errors";
  gate.below = 0.011;
  EXPECT_EQ(judge(gate).outcome, history::Outcome::pass);
  gate.below = 0.01;
  EXPECT_EQ(judge(gate).outcome, history::Outcome::fail);
}

TEST_F(GatesTest, CountOnlyGraveAnomalies) {
  Gate gate;
  gate.kind = Gate::Kind::anomalies;
  gate.name = "anomalies";
  report.counts[static_cast<std::size_t>(checker::Anomaly::sequence_gap)] = 5;
  EXPECT_EQ(judge(gate).outcome, history::Outcome::pass);
  report.counts[static_cast<std::size_t>(checker::Anomaly::acked_lost)] = 1;
  EXPECT_EQ(judge(gate).outcome, history::Outcome::fail);
}

TEST_F(GatesTest, OfARunThatDidNotEndAreUnknownButSeenAnomaliesStayAFailure) {
  GateResult numbers = judge(latency(50));
  numbers.outcome = history::Outcome::pass;
  GateResult clean;
  clean.name = "anomalies";
  clean.value = "none";
  clean.outcome = history::Outcome::pass;
  GateResult seen = clean;
  seen.outcome = history::Outcome::fail;
  std::vector<GateResult> gates{numbers, clean, seen};
  withdraw_judgement(gates, Withdraw::everything, "the run did not end");

  EXPECT_EQ(gates[0].outcome, history::Outcome::unknown);
  EXPECT_EQ(gates[0].note, "not judged: the run did not end");
  EXPECT_EQ(gates[1].outcome, history::Outcome::unknown);
  EXPECT_EQ(gates[1].value, "-");
  EXPECT_EQ(gates[2].outcome, history::Outcome::fail);
}

TEST_F(GatesTest, KeepTheCountOfAnomaliesWhenOnlyTheNumbersAreUnfit) {
  GateResult clean;
  clean.name = "anomalies";
  clean.outcome = history::Outcome::pass;
  std::vector<GateResult> gates{clean};
  withdraw_judgement(gates, Withdraw::numbers, "the generator was not fit to measure");

  EXPECT_EQ(gates[0].outcome, history::Outcome::pass);
}

}  // namespace
}  // namespace plumbline::load
