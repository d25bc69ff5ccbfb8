// The outage ruler against histories made by hand, whose answers are known.
#include "ruler/outage.h"

#include <gtest/gtest.h>

#include <functional>

namespace plumbline::load {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kS = 1'000 * kMs;

enum class Dark { refuses, stalls, answers_500 };

// `rate` sends a second over ten conversations, answered after 2 ms; dark in [from, to).
RulerInput history(std::int64_t length, int rate, std::int64_t from, std::int64_t to, Dark how) {
  RulerInput input;
  input.until_ns = length;
  for (std::int64_t i = 0; i * kS / rate < length; ++i) {
    SendEntry send;
    send.sched_ns = i * kS / rate;
    send.done_ns = send.sched_ns + 2 * kMs;
    send.conversation = static_cast<std::uint32_t>(i % 10);
    if (send.sched_ns >= from && send.sched_ns < to) {
      switch (how) {
        case Dark::refuses:
          send.end = SendEnd::fail;
          send.done_ns = send.sched_ns;
          break;
        case Dark::stalls:
          send.done_ns = to;
          break;
        case Dark::answers_500:
          send.end = SendEnd::info;
          break;
      }
    }
    input.sends.push_back(send);
  }
  input.faults = {from};
  return input;
}

class KnownOutage : public ::testing::TestWithParam<Dark> {};

TEST_P(KnownOutage, ReadsTwoSecondsAsTwoSeconds) {
  const OutageReading reading = measure_outages(history(60 * kS, 1000, 35 * kS, 37 * kS, GetParam()));

  ASSERT_EQ(reading.faults.size(), 1U);
  EXPECT_NEAR(reading.faults[0].uw_sys[kHeadlineTau].seconds, 2.000, 0.010);
  EXPECT_NEAR(reading.faults[0].uw_sys[kHeadlineTau].start_s, 0, 0.010);
  EXPECT_FALSE(reading.faults[0].uw_sys[kHeadlineTau].open);
  EXPECT_NEAR(reading.faults[0].first_good_s.value_or(-1), 2.000, 0.010);
  EXPECT_LT(reading.fault_free_gap_s[kHeadlineTau], 0.005);
}

INSTANTIATE_TEST_SUITE_P(Modes, KnownOutage, ::testing::Values(Dark::refuses, Dark::stalls, Dark::answers_500),
                         [](const auto& param) {
                           return param.param == Dark::refuses  ? "Refuses"
                                  : param.param == Dark::stalls ? "Stalls"
                                                                : "Answers500";
                         });

TEST(Outage, CountsASendThatCameTooLateAsBadAndABriefStallAsNone) {
  const OutageReading stall = measure_outages(history(60 * kS, 1000, 35 * kS, 37 * kS, Dark::stalls));
  const OutageReading blip = measure_outages(history(60 * kS, 1000, 35 * kS, 35 * kS + 500 * kMs, Dark::stalls));

  EXPECT_EQ(stall.faults[0].bad, 1000U);  // the first second's sends waited longer than 1 s
  EXPECT_EQ(blip.faults[0].bad, 0U);
  EXPECT_NEAR(blip.faults[0].uw_sys[kHeadlineTau].seconds, 0.5, 0.010);
}

TEST(Outage, ReadsSmallerTausAsLongerOutages) {
  const OutageReading reading = measure_outages(history(60 * kS, 1000, 35 * kS, 41 * kS, Dark::stalls));

  EXPECT_NEAR(reading.faults[0].uw_sys[0].seconds, 6.0, 0.010);
  EXPECT_NEAR(reading.faults[0].uw_sys[2].seconds, 6.0, 0.010);
  EXPECT_NEAR(reading.faults[0].lost_send_seconds, 5.0, 0.010);
}

TEST(Outage, IsNoneInAHealthyHistory) {
  RulerInput input = history(60 * kS, 1000, 0, 0, Dark::refuses);
  input.faults = {35 * kS};
  const OutageReading reading = measure_outages(std::move(input));

  EXPECT_LT(reading.faults[0].uw_sys[kHeadlineTau].seconds, 0.005);
  EXPECT_EQ(reading.faults[0].bad, 0U);
  EXPECT_EQ(reading.faults[0].uw_key_max_s, 0);
  EXPECT_EQ(reading.faults[0].uw_strict_s, 0);
  EXPECT_FALSE(reading.faults[0].first_good_s.has_value());
  EXPECT_EQ(reading.faults[0].p99.strict[1], 0);
}

TEST(Outage, FindsTheOneConversationThatAllOthersHide) {
  RulerInput input = history(60 * kS, 1000, 0, 0, Dark::refuses);
  input.faults = {35 * kS};
  for (SendEntry& send : input.sends) {
    if (send.conversation == 3 && send.sched_ns >= 35 * kS && send.sched_ns < 38 * kS) {
      send.end = SendEnd::info;
    }
  }
  const OutageReading reading = measure_outages(std::move(input));

  EXPECT_LT(reading.faults[0].uw_sys[kHeadlineTau].seconds, 0.005);
  EXPECT_NEAR(reading.faults[0].uw_key_max_s, 3.0, 0.010);
  EXPECT_EQ(reading.faults[0].uw_key_p50_s, 0);
}

TEST(Outage, OfOneInstanceDoesNotEndWithAnOrdinaryGapOfTheOthers) {
  RulerInput input = history(60 * kS, 1000, 0, 0, Dark::refuses);
  input.faults = {35 * kS};
  std::erase_if(input.sends, [](const SendEntry& send) {
    return (send.sched_ns > 20 * kS && send.sched_ns < 20 * kS + 170 * kMs) ||
           (send.sched_ns > 53 * kS && send.sched_ns < 53 * kS + 120 * kMs);
  });
  for (SendEntry& send : input.sends) {
    send.end = send.conversation == 3 && send.sched_ns >= 35 * kS && send.sched_ns < 36 * kS ? SendEnd::info : send.end;
  }
  const OutageReading reading = measure_outages(std::move(input));

  EXPECT_GT(reading.faults[0].bad, 0U);
  EXPECT_NEAR(reading.faults[0].uw_sys[kHeadlineTau].seconds, 0.12, 0.010);
  EXPECT_FALSE(reading.faults[0].first_good_s.has_value()) << "others were accepted all the time";
}

TEST(Outage, CountsFlappingAsOneOutage) {
  RulerInput input = history(60 * kS, 1000, 35 * kS, 35 * kS + 100 * kMs, Dark::refuses);
  for (SendEntry& send : input.sends) {
    if (send.sched_ns >= 35 * kS && send.sched_ns < 37 * kS && (send.sched_ns / kMs) % 5 == 0) {
      send.end = SendEnd::info;
    }
  }
  const OutageReading reading = measure_outages(std::move(input));

  EXPECT_NEAR(reading.faults[0].uw_sys[kHeadlineTau].seconds, 0.1, 0.010);
  EXPECT_NEAR(reading.faults[0].uw_strict_s, 2.0, 0.010);
}

TEST(Outage, StaysOpenWhenNothingIsAcceptedAnyMore) {
  const OutageReading reading = measure_outages(history(60 * kS, 1000, 35 * kS, 60 * kS, Dark::refuses));

  EXPECT_TRUE(reading.faults[0].uw_sys[kHeadlineTau].open);
  EXPECT_NEAR(reading.faults[0].uw_sys[kHeadlineTau].seconds, 25.0, 0.010);
  EXPECT_FALSE(reading.faults[0].first_good_s.has_value());
  EXPECT_EQ(reading.faults[0].p99.strict[1], kNever);
}

TEST(Outage, GivesEachFaultItsOwnGap) {
  RulerInput input = history(100 * kS, 1000, 35 * kS, 36 * kS, Dark::refuses);
  for (SendEntry& send : input.sends) {
    if (send.sched_ns >= 60 * kS && send.sched_ns < 63 * kS) {
      send.end = SendEnd::fail;
    }
  }
  input.faults = {35 * kS, 60 * kS};
  const OutageReading reading = measure_outages(std::move(input));

  EXPECT_NEAR(reading.faults[0].uw_sys[kHeadlineTau].seconds, 1.0, 0.010);
  EXPECT_NEAR(reading.faults[1].uw_sys[kHeadlineTau].seconds, 3.0, 0.010);
  EXPECT_EQ(reading.faults[0].p99.strict[1], 1.0);
  EXPECT_EQ(reading.faults[1].p99.strict[1], 3.0);
}

TEST(Outage, RecoversOnlyWhenTenWindowsInARowAreLikeTheFaultFreeOnes) {
  RulerInput input = history(100 * kS, 1000, 35 * kS, 36 * kS, Dark::refuses);
  for (SendEntry& send : input.sends) {
    if (send.sched_ns >= 36 * kS && send.sched_ns < 42 * kS) {
      send.done_ns = send.sched_ns + 3 * kMs;  // half as slow again: worse than 25 %
    }
  }
  const OutageReading reading = measure_outages(std::move(input));

  EXPECT_EQ(reading.baseline_windows, 30U);  // all but the cold start
  EXPECT_NEAR(reading.baseline_p99_ms, 2.0, 0.001);
  EXPECT_EQ(reading.faults[0].p50.strict[1], 7.0);
}

TEST(Outage, AsksForNoMoreThanTheMachinesOwnNoiseLets) {
  RulerInput input = history(100 * kS, 1000, 35 * kS, 36 * kS, Dark::refuses);
  for (SendEntry& send : input.sends) {
    if ((send.sched_ns / kS) % 7 == 0 && send.end == SendEnd::ok) {
      send.done_ns = send.sched_ns + 4 * kMs;  // every seventh second is slow, with or without a fault
    }
  }
  const OutageReading reading = measure_outages(std::move(input));

  EXPECT_EQ(reading.faults[0].p99.strict[1], kNever);
  EXPECT_EQ(reading.faults[0].p99.within_noise[1], 1.0);
}

// Each second from 36 s on for which `slow` says so answers after `late`, as seconds 10, 15, 20, 25 and 30 do after 6
// ms.
OutageReading with_slow_seconds(const std::function<bool(std::int64_t)>& slow, std::int64_t late) {
  RulerInput input = history(100 * kS, 1000, 35 * kS, 36 * kS, Dark::refuses);
  for (SendEntry& send : input.sends) {
    const std::int64_t second = send.sched_ns / kS;
    if (second > 35 && slow(second)) {
      send.done_ns = send.sched_ns + late;
    } else if (second < 35 && second >= 10 && second % 5 == 0) {
      send.done_ns = send.sched_ns + 6 * kMs;
    }
  }
  return measure_outages(std::move(input));
}

TEST(Outage, AStraySecondIsNoOutageWhereFaultFreeOnesStrayAsOften) {
  const OutageReading reading = with_slow_seconds([](std::int64_t second) { return second == 44; }, 9 * kMs);

  EXPECT_EQ(reading.baseline_slow_p99, 2U);
  EXPECT_EQ(reading.faults[0].p99.strict[1], 10.0);
  EXPECT_EQ(reading.faults[0].p99.within_noise[1], 1.0) << "slower than any before, but the only one";
}

TEST(Outage, SeveralSlowSecondsAreNoNoise) {
  const OutageReading reading =
      with_slow_seconds([](std::int64_t second) { return second >= 42 && second < 46; }, 9 * kMs);

  EXPECT_EQ(reading.faults[0].p99.within_noise[1], 9.0) << "the last two of them may be stray ones";
}

TEST(Outage, TakesNoSecondForFaultFreeThatTheFaultReachesInto) {
  RulerInput input = history(100 * kS, 1000, 35 * kS, 36 * kS, Dark::refuses);
  for (SendEntry& send : input.sends) {
    if (send.sched_ns >= 35 * kS - 20 * kMs && send.sched_ns < 35 * kS) {
      send.done_ns = send.sched_ns + 600 * kMs;  // under way when the fault struck
    }
    if (send.sched_ns >= 36 * kS && send.sched_ns < 40 * kS) {
      send.done_ns = send.sched_ns + 300 * kMs;
    }
  }
  const OutageReading reading = measure_outages(std::move(input));

  EXPECT_NEAR(reading.baseline_worst_p99_ms, 2.0, 0.001);
  EXPECT_EQ(reading.faults[0].p99.within_noise[1], 5.0);
}

TEST(Outage, ASecondWithoutServiceBeforeTheFaultExcusesNothing) {
  RulerInput input = history(100 * kS, 1000, 35 * kS, 36 * kS, Dark::refuses);
  for (SendEntry& send : input.sends) {
    if (send.sched_ns >= 20 * kS && send.sched_ns < 20 * kS + 100 * kMs) {
      send.end = SendEnd::fail;
    }
    if (send.sched_ns >= 36 * kS && send.sched_ns < 40 * kS) {
      send.done_ns = send.sched_ns + 300 * kMs;
    }
  }
  const OutageReading reading = measure_outages(std::move(input));

  EXPECT_NEAR(reading.baseline_worst_p99_ms, 2.0, 0.001);
  EXPECT_EQ(reading.faults[0].p99.within_noise[1], 5.0);
}

TEST(Outage, HasNoRecoveryTimeWithoutABaseline) {
  const OutageReading reading = measure_outages(history(60 * kS, 1000, 20 * kS, 21 * kS, Dark::refuses));

  EXPECT_EQ(reading.baseline_windows, 19U);  // the second before the fault is not one of them
  EXPECT_FALSE(reading.faults[0].p99.strict[1].has_value());
}

TEST(Outage, MeasuresWhatAcknowledgedMessagesWaitedForTheirReceivers) {
  RulerInput input = history(60 * kS, 1000, 35 * kS, 36 * kS, Dark::refuses);
  // Ordinary fan-out before it, the fault's backlog, and a hiccup long after it.
  input.overdue = {{10 * kS, 10 * kS + 40 * kMs}, {50 * kS, 51 * kS}, {34'990 * kMs, 38 * kS}};
  const OutageReading reading = measure_outages(std::move(input));

  EXPECT_NEAR(reading.fault_free_overdue_s, 0.040, 1e-9);
  EXPECT_NEAR(reading.faults[0].uw_dlv_s, 3.010, 1e-9);
  EXPECT_NEAR(reading.faults[0].caught_up_s.value_or(0), 3.0, 1e-9);
}

TEST(Outage, CountsSendsWithNeitherAnswerNorErrorAsHangs) {
  RulerInput input = history(60 * kS, 1000, 35 * kS, 36 * kS, Dark::answers_500);
  for (SendEntry& send : input.sends) {
    if (send.end == SendEnd::info && send.sched_ns < 35 * kS + 300 * kMs) {
      send.done_ns = send.sched_ns + 10 * kS;
    }
  }
  const OutageReading reading = measure_outages(std::move(input));

  EXPECT_EQ(reading.faults[0].hangs, 300U);
  EXPECT_EQ(reading.faults[0].unknown, 1000U);
}

TEST(Outage, TakesAnEmptyHistory) {
  RulerInput input;
  input.until_ns = 10 * kS;
  input.faults = {5 * kS};
  const OutageReading reading = measure_outages(std::move(input));

  EXPECT_TRUE(reading.faults[0].uw_sys[kHeadlineTau].open);
  EXPECT_EQ(reading.baseline_windows, 0U);
}

}  // namespace
}  // namespace plumbline::load
