// Latency is from the intended start, and belongs to the second and phase of it.
#include "recorder/recorder.h"

#include <gtest/gtest.h>

#include "recorder/raw_files.h"

namespace plumbline::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Time kRunStart = Time{} + std::chrono::hours{1};
constexpr Time at_ms(int ms) {
  return kRunStart + milliseconds{ms};
}

Phase phase(const char* name, bool measure, Phase::Kind kind = Phase::Kind::hold) {
  Phase made;
  made.name = made.origin = name;
  made.measure = measure;
  made.kind = kind;
  return made;
}

class RecorderTest : public ::testing::Test {
 protected:
  RecorderTest() : recorder({phase("warm", false), phase("steady", true)}) {
    recorder.start(kRunStart);
    recorder.begin_phase(0, kRunStart, 10);
    recorder.end_phase(0, at_ms(1000));
    recorder.begin_phase(1, at_ms(1000), 10);
  }
  Recorder recorder;
};

TEST_F(RecorderTest, CountsAStallFromTheIntendedStart) {
  // Sent 2 s late because the loop stood still, answered 1 ms after sending.
  recorder.on_latency(Metric::answer, at_ms(1500), at_ms(3501));
  recorder.on_outcome(OpKind::send, Outcome::ok, at_ms(1500), at_ms(3500), at_ms(3501));

  EXPECT_GE(recorder.total(Metric::answer).percentile(0.5), milliseconds{2001});
  EXPECT_GE(recorder.steps()[0].latency.percentile(0.5), milliseconds{2001});
  EXPECT_LE(recorder.steps()[0].service.percentile(0.5), milliseconds{2});
}

TEST_F(RecorderTest, PutsALatencyIntoTheSecondOfItsIntendedStart) {
  recorder.on_latency(Metric::e2e, at_ms(1999), at_ms(5000));

  EXPECT_EQ(recorder.seconds().at(1).e2e.count(), 1U);
}

TEST_F(RecorderTest, KeepsWarmUpOutOfTotals) {
  recorder.on_latency(Metric::e2e, at_ms(500), at_ms(501));
  recorder.on_latency(Metric::e2e, at_ms(1500), at_ms(1501));

  EXPECT_EQ(recorder.total(Metric::e2e).count(), 1U);
  EXPECT_EQ(recorder.total(Metric::e2e, "warm").count(), 1U);
}

TEST_F(RecorderTest, CountsArrivalsThatStartWithinASecondAsOnTime) {
  recorder.on_arrival(OpKind::send, at_ms(1500), at_ms(2500));
  recorder.on_arrival(OpKind::send, at_ms(1500), at_ms(2501));

  EXPECT_EQ(recorder.phases()[1].offered, 2U);
  EXPECT_EQ(recorder.phases()[1].on_time, 1U);
}

TEST_F(RecorderTest, CountsOutcomesApart) {
  recorder.on_outcome(OpKind::send, Outcome::ok, at_ms(1500), at_ms(1500), at_ms(1600));
  recorder.on_outcome(OpKind::send, Outcome::fail, at_ms(1500), at_ms(1500), at_ms(1600));
  recorder.on_outcome(OpKind::send, Outcome::info, at_ms(1500), at_ms(1500), at_ms(1600));

  const StepRecord& send = recorder.steps()[0];
  EXPECT_EQ(send.ok, 1U);
  EXPECT_EQ(send.failed, 1U);
  EXPECT_EQ(send.unknown, 1U);
  EXPECT_EQ(recorder.phases()[1].errors, 2U);
  EXPECT_EQ(send.latency.count(), 1U);
}

TEST_F(RecorderTest, TakesBackWhatTheEndOfTheRunPrevented) {
  recorder.on_arrival(OpKind::send, at_ms(1500), at_ms(1500));
  recorder.on_withdrawn(OpKind::send, at_ms(1500));

  EXPECT_EQ(recorder.steps()[0].started, 0U);
  EXPECT_EQ(recorder.phases()[1].sent, 0U);
  EXPECT_EQ(recorder.phases()[1].on_time, 1U);
}

TEST_F(RecorderTest, KnowsWhichSecondsAreMeasured) {
  recorder.end_phase(1, at_ms(3050));

  EXPECT_FALSE(recorder.measured_second(0));
  EXPECT_TRUE(recorder.measured_second(1));
  EXPECT_TRUE(recorder.measured_second(2));
  EXPECT_FALSE(recorder.measured_second(3));  // 50 ms of it
}

TEST_F(RecorderTest, ReducesHeartbeatsToTheirTail) {
  for (int i = 0; i < 100; ++i) {
    recorder.on_lag(at_ms(1000 + i * 10), i == 50 ? milliseconds{30} : milliseconds{0});
  }
  recorder.on_lag(at_ms(2000), milliseconds{0});

  EXPECT_NEAR(recorder.seconds().at(1).lag_max_ms, 30, 0.1);
  EXPECT_LT(recorder.seconds().at(1).lag_p99_ms, 1);
}

TEST_F(RecorderTest, WritesEveryHistogramLosslessly) {
  recorder.on_latency(Metric::e2e, at_ms(1500), at_ms(1501));
  recorder.on_latency(Metric::e2e, at_ms(1500), at_ms(1501));

  const std::string log = latency_log(recorder);
  EXPECT_NE(log.find("\n1 e2e 2 0 0 "), std::string::npos) << log;
  EXPECT_EQ(log.substr(log.size() - 3), ":2\n") << log;
}

}  // namespace
}  // namespace plumbline::load
