// Pings of one session, written by hand: which gaps are a server's fault.
#include "cases/engineio/ping_periods.h"

#include <gtest/gtest.h>

#include "scripted_medium.h"

namespace plumbline::conform::cases {
namespace {

using namespace std::chrono_literals;

class PingPeriodsTest : public testing::Test {
 protected:
  PingPeriodsTest() {
    target_.timing.ping_interval = 300ms;
    target_.timing.ping_timeout = 200ms;
  }
  Finding judged(const std::vector<Duration>& at) {
    std::vector<Time> pings;
    for (const Duration offset : at) {
      pings.push_back(Time{} + 10s + offset);
    }
    return judge_periods(context_, pings, {});
  }

  const Endpoint endpoint_ = *parse_endpoint("http://127.0.0.1:1");
  ScriptedMedium medium_;
  ManualClock log_clock_;
  WireLog log_{log_clock_};
  Wire wire_{endpoint_, log_, medium_};
  Target target_;
  Context context_{target_, wire_};
};

TEST_F(PingPeriodsTest, HoldWhereEachComesAnIntervalAfterTheOneBefore) {
  EXPECT_EQ(judged({0ms, 300ms, 601ms}).kind, Finding::Kind::took);
}

TEST_F(PingPeriodsTest, AreTooShortWhereEachComesEarly) {
  const Finding finding = judged({0ms, 270ms, 540ms});

  EXPECT_EQ(finding.kind, Finding::Kind::violated);
  EXPECT_EQ(finding.observed, "ping 2 came 270 ms after ping 1");
}

TEST_F(PingPeriodsTest, AreTooShortWhereMostOfThemAre) {
  EXPECT_EQ(judged({0ms, 300ms, 520ms, 790ms, 1060ms}).kind, Finding::Kind::violated);
}

TEST_F(PingPeriodsTest, AreUnclearWhereOneIsShortAmongRightOnes) {
  EXPECT_EQ(judged({0ms, 300ms, 520ms}).kind, Finding::Kind::unclear);
}

// The first two pings of a server that pings at once, held back by 43 and 19 ms.
TEST_F(PingPeriodsTest, AreNotShortBehindTwoPingsThatWereLate) {
  EXPECT_NE(judged({44ms, 320ms, 603ms, 901ms, 1201ms}).kind, Finding::Kind::violated);
}

// A server with a beat of its own, whose second ping waited for a processor: 277 ms were called early.
TEST_F(PingPeriodsTest, AreNotShortBehindAPingThatWasLate) {
  EXPECT_NE(judged({0ms, 323ms, 600ms}).kind, Finding::Kind::violated);
}

TEST_F(PingPeriodsTest, AreNotShortBehindAFirstPingThatWasLate) {
  EXPECT_NE(judged({23ms, 300ms, 600ms}).kind, Finding::Kind::violated);
}

TEST_F(PingPeriodsTest, AreTooLongWhereMostOfThemAre) {
  EXPECT_EQ(judged({0ms, 600ms, 1200ms}).kind, Finding::Kind::violated);
}

// Five pings of a good server beside two processes that never stopped: one came 517 ms after the one before.
TEST_F(PingPeriodsTest, AreUnclearWhereOneIsLongAmongRightOnes) {
  EXPECT_EQ(judged({0ms, 517ms, 879ms, 1187ms, 1489ms}).kind, Finding::Kind::unclear);
}

}  // namespace
}  // namespace plumbline::conform::cases
