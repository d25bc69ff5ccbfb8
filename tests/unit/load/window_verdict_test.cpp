// The generator's verdict over synthetic seconds: what flags one, what makes a run DEGRADED or INVALID.
#include "watch/window_verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace plumbline::load {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

WindowSignals healthy() {
  WindowSignals signals;
  signals.slips = 500;
  signals.slip_p99_ms = 0.2;
  signals.lag_p99_ms = 0.3;
  signals.lag_max_ms = 1.5;
  signals.busy = 0.3;
  signals.longest_stall_ms = 1;
  signals.throttled_ms = 0;
  signals.runnable_wait = 0.01;
  return signals;
}

const Thresholds kLimits = thresholds_for(50);

TEST(ThresholdsFor, TakesFivePercentOfTheTightestGateButAtLeastAMillisecond) {
  EXPECT_DOUBLE_EQ(thresholds_for(50).slip_p99_ms, 2.5);
  EXPECT_DOUBLE_EQ(thresholds_for(5).slip_p99_ms, 1);
  EXPECT_DOUBLE_EQ(thresholds_for(std::numeric_limits<double>::infinity()).slip_p99_ms, 1);
}

TEST(JudgeWindow, FindsNothingInAHealthySecond) {
  EXPECT_THAT(judge_window(healthy(), kLimits), IsEmpty());
}

TEST(JudgeWindow, FlagsSlip) {
  WindowSignals signals = healthy();
  signals.slip_p99_ms = 2.6;

  EXPECT_THAT(judge_window(signals, kLimits), ElementsAre("send slip p99 2.60 ms > 2.50 ms"));
}

TEST(JudgeWindow, FlagsABusyLoop) {
  WindowSignals signals = healthy();
  signals.busy = 0.86;

  EXPECT_THAT(judge_window(signals, kLimits), ElementsAre("event loop 86 % busy > 85 %"));
}

TEST(JudgeWindow, FlagsAStoppedProcessAndBlamesTheMachineWhenTheWatchdogStoodStillToo) {
  WindowSignals signals = healthy();
  signals.lag_max_ms = 120;
  EXPECT_THAT(judge_window(signals, kLimits), ElementsAre("event loop late by 120.0 ms > 20 ms"));

  signals.longest_stall_ms = 118;
  EXPECT_THAT(judge_window(signals, kLimits),
              ElementsAre("event loop late by 120.0 ms > 20 ms (the machine stood still for 118.0 ms)"));
}

TEST(JudgeWindow, FlagsThrottling) {
  WindowSignals signals = healthy();
  signals.throttled_ms = 4;

  EXPECT_THAT(judge_window(signals, kLimits), ElementsAre(HasSubstr("CPU quota")));
}

TEST(JudgeWindow, FlagsWaitingForACpuOnlyWhenItShowsOrIsGross) {
  WindowSignals signals = healthy();
  signals.runnable_wait = 0.05;
  EXPECT_THAT(judge_window(signals, kLimits), IsEmpty());

  signals.lag_p99_ms = 1.3;
  EXPECT_THAT(judge_window(signals, kLimits), ElementsAre(HasSubstr("waited for a CPU 5.0 %")));

  signals = healthy();
  signals.runnable_wait = 0.25;
  EXPECT_THAT(judge_window(signals, kLimits), ElementsAre(HasSubstr("waited for a CPU 25.0 %")));
}

TEST(JudgeWindow, FlagsAQueueInsideTheGenerator) {
  WindowSignals signals = healthy();
  signals.queue_depth = 10'001;

  EXPECT_THAT(judge_window(signals, kLimits), ElementsAre(HasSubstr("10001 calls queued")));
}

TEST(JudgeWindow, LivesWithoutSignalsThatTheKernelDoesNotGive) {
  WindowSignals signals = healthy();
  signals.throttled_ms = std::nullopt;
  signals.runnable_wait = std::nullopt;

  EXPECT_THAT(judge_window(signals, kLimits), IsEmpty());
}

std::vector<WindowVerdict> windows(std::size_t sound, std::size_t flagged, std::size_t flagged_unmeasured = 0) {
  std::vector<WindowVerdict> all(sound, WindowVerdict{true, {}});
  all.insert(all.end(), flagged, WindowVerdict{true, {"send slip"}});
  all.insert(all.end(), flagged_unmeasured, WindowVerdict{false, {"send slip"}});
  return all;
}

TEST(JudgeGenerator, IsValidWhenEveryMeasuredSecondIsSound) {
  const GeneratorVerdict verdict = judge_generator(windows(20, 0, 5), 1000, 1000, kLimits);

  EXPECT_EQ(verdict.verdict, history::Generator::valid);
  EXPECT_THAT(verdict.reasons, IsEmpty());
}

TEST(JudgeGenerator, IsDegradedUpToFivePercent) {
  EXPECT_EQ(judge_generator(windows(19, 1), 1000, 1000, kLimits).verdict, history::Generator::degraded);
  EXPECT_EQ(judge_generator(windows(18, 1), 1000, 1000, kLimits).verdict, history::Generator::invalid);
}

TEST(JudgeGenerator, SaysWhichLimitWasReached) {
  EXPECT_THAT(
      judge_generator(windows(5, 5), 1000, 1000, kLimits).reasons,
      ElementsAre("5 of 10 measured seconds flagged (50.0 %, limit 5 %)", "send slip", "send slip", "send slip"));
}

TEST(JudgeGenerator, IsInvalidWhenLessThanNinetyNinePercentWasOffered) {
  EXPECT_EQ(judge_generator(windows(20, 0), 1000, 990, kLimits).verdict, history::Generator::valid);
  const GeneratorVerdict verdict = judge_generator(windows(20, 0), 1000, 989, kLimits);
  EXPECT_EQ(verdict.verdict, history::Generator::invalid);
  EXPECT_THAT(verdict.reasons.front(), HasSubstr("offered 989 of 1000 planned arrivals in time"));
}

}  // namespace
}  // namespace plumbline::load
