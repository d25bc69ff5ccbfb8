// Gates on outages and on lag, and the line of a fault in the final table.
#include "verdict/outage_gates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "progress/final_table.h"
#include "verdict/outage_result.h"
#include "watch/lag.h"

namespace plumbline::load {
namespace {

using history::FaultRow;
using history::RunResult;

FaultRow fault(std::uint64_t number, const char* role, double gap) {
  FaultRow row;
  row.number = number;
  row.action = "kill";
  row.role = role;
  row.process = std::string(role) + "-1";
  row.struck = true;
  row.uw_sys_s = gap;
  row.ttr_measured = true;
  row.ttr_p99_s = 2;
  return row;
}

RunResult two_faults() {
  RunResult result;
  result.faults = {fault(1, "redis-master", 0.64), fault(2, "kafka-leader", 1.5)};
  result.outage.planned = result.outage.struck = 2;
  return result;
}

Gate gate(const char* statistic, double below_s, const char* role = "") {
  Gate made;
  made.kind = Gate::Kind::outage;
  made.metric = "outage";
  made.statistic = statistic;
  made.below = below_s * 1e3;
  made.role = role;
  return made;
}

TEST(OutageGate, JudgesTheWorstFaultAndNamesIt) {
  const history::GateResult judged = judge_outage(gate("uw_sys", 1), two_faults());

  EXPECT_EQ(judged.outcome, history::Outcome::fail);
  EXPECT_EQ(judged.value, "1.50 s");
  EXPECT_EQ(judged.bound, "< 1 s");
  EXPECT_EQ(judged.note, "fault 2, kill kafka-leader");
}

TEST(OutageGate, JudgesOnlyTheFaultsOfItsRoles) {
  EXPECT_EQ(judge_outage(gate("uw_sys", 1, "redis"), two_faults()).outcome, history::Outcome::pass);
  EXPECT_EQ(judge_outage(gate("uw_sys", 1, "kafka"), two_faults()).outcome, history::Outcome::fail);
  EXPECT_EQ(judge_outage(gate("uw_sys", 1, "postgres"), two_faults()).outcome, history::Outcome::unknown);
}

TEST(OutageGate, FailsWhenItNeverEnded) {
  RunResult result = two_faults();
  result.faults[0].uw_open = true;
  EXPECT_EQ(judge_outage(gate("uw_sys", 60), result).value, "never");
  result = two_faults();
  result.faults[1].ttr_p99_s.reset();
  const history::GateResult judged = judge_outage(gate("ttr_p99", 5), result);

  EXPECT_EQ(judged.value, "never");
  EXPECT_EQ(judged.outcome, history::Outcome::fail);
}

TEST(OutageGate, CannotJudgeARecoveryWithoutABaseline) {
  RunResult result = two_faults();
  result.faults[0].ttr_measured = false;

  EXPECT_EQ(judge_outage(gate("ttr_p99", 5), result).outcome, history::Outcome::unknown);
}

TEST(OutageGate, TakesNoLostDeviceForAnInstantReturn) {
  EXPECT_EQ(judge_outage(gate("reconnect", 1), two_faults()).value, "0.00 s");
}

TEST(LagGate, IsUnknownWithoutTheMetric) {
  RunResult result = two_faults();
  Gate lag = gate("lag", 5);
  EXPECT_EQ(judge_lag(lag, result).outcome, history::Outcome::unknown);
  result.outage.kafka_lag_max_s = 4.2;
  EXPECT_EQ(judge_lag(lag, result).outcome, history::Outcome::pass);
  result.outage.kafka_lag_max_s = 5.2;
  EXPECT_EQ(judge_lag(lag, result).outcome, history::Outcome::fail);
}

TEST(LagIn, FindsTheWorstGroupOfAMetricsPage) {
  EXPECT_EQ(lag_in("# HELP plumbline_kafka_lag_seconds x\nplumbline_kafka_lag_seconds{group=\"store\"} 0.25\n"
                   "plumbline_kafka_lag_seconds{group=\"push\"} 1.5\nother 9\n"),
            1.5);
  EXPECT_LT(lag_in("plumbline_kafka_lag_records 7\n"), 0);
  EXPECT_LT(lag_in(""), 0);
  EXPECT_LT(lag_in("plumbline_kafka_lag_seconds{group=\"store\"} nonsense"), 0);
}

TEST(Vacuous, SaysWhichFaultProvesNothing) {
  EXPECT_EQ(vacuous(RunResult{}), "");
  RunResult result = two_faults();
  EXPECT_EQ(vacuous(result), "");
  result.faults[1].stall_ms = 180;
  EXPECT_EQ(vacuous(result), "the machine stood still for 180 ms during fault 2 (kill kafka-leader); run it again");
  result.faults[1].struck = false;
  result.faults[1].error = "no such broker";
  EXPECT_EQ(vacuous(result), "fault 2 (kill kafka-leader) did not take place: no such broker");
}

TEST(FinalTable, HasALineForEachFault) {
  RunResult result = two_faults();
  result.faults[0].at_s = 42.25;
  result.faults[0].elected_s = 2.3;
  result.faults[0].devices_back_s = 1.25;
  result.faults[1].struck = false;
  result.faults[1].error = "no such broker";
  const std::string table = final_table(result, "report.html");

  EXPECT_THAT(table, ::testing::HasSubstr("fault     kill redis-master (redis-master-1) at 42.2 s  ->  0.64 s without "
                                          "accepted sends, elected after 2.30 s, devices back after 1.25 s\n"));
  EXPECT_THAT(table, ::testing::HasSubstr("fault     kill kafka-leader did not take place: no such broker\n"));
}

}  // namespace
}  // namespace plumbline::load
