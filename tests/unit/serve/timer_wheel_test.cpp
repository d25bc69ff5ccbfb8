// Deadlines fire once, late by less than a tick, in any order of scheduling.
#include "transport/timer_wheel.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

#include "plumbline/base/random.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;

struct Timer final : TimerNode {
  std::vector<Time> fired;
  std::function<void(Time)> then;
  void on_timer(Time now) override {
    fired.push_back(now);
    if (then) {
      then(now);
    }
  }
};

const Time kStart{1h};

TEST(TimerWheel, FiresWithinOneTickAndOnce) {
  TimerWheel wheel(kStart);
  Timer timer;
  wheel.schedule(timer, kStart + 50ms);

  wheel.advance(kStart + 49ms);
  EXPECT_TRUE(timer.fired.empty());
  wheel.advance(kStart + 50ms + TimerWheel::kTick);
  wheel.advance(kStart + 10s);

  EXPECT_EQ(timer.fired.size(), 1U);
}

TEST(TimerWheel, LaterDeadlineReplacesTheEarlierOne) {
  TimerWheel wheel(kStart);
  Timer timer;
  wheel.schedule(timer, kStart + 20ms);
  wheel.schedule(timer, kStart + 80ms);

  wheel.advance(kStart + 60ms);
  EXPECT_TRUE(timer.fired.empty());
  wheel.advance(kStart + 84ms);
  EXPECT_EQ(timer.fired.size(), 1U);
}

TEST(TimerWheel, EarlierDeadlineReplacesTheLaterOne) {
  TimerWheel wheel(kStart);
  Timer timer;
  wheel.schedule(timer, kStart + 1h);
  wheel.schedule(timer, kStart + 20ms);

  wheel.advance(kStart + 24ms);
  EXPECT_EQ(timer.fired.size(), 1U);
}

TEST(TimerWheel, ReachesDeadlinesBeyondItsHorizon) {
  TimerWheel wheel(kStart);
  Timer timer;
  wheel.schedule(timer, kStart + 1min);
  for (Duration at = 0s; at < 1min; at += 1s) {
    wheel.advance(kStart + at);
    EXPECT_TRUE(timer.fired.empty()) << at.count();
  }

  wheel.advance(kStart + 1min + TimerWheel::kTick);
  EXPECT_EQ(timer.fired.size(), 1U);
}

TEST(TimerWheel, CatchesUpAfterAStallLongerThanItsHorizon) {
  TimerWheel wheel(kStart);
  Timer near;
  Timer far;
  wheel.schedule(near, kStart + 10ms);
  wheel.schedule(far, kStart + 3s);

  wheel.advance(kStart + 1h);

  EXPECT_EQ(near.fired.size(), 1U);
  EXPECT_EQ(far.fired.size(), 1U);
}

TEST(TimerWheel, CancelledAndDestroyedTimersNeverFire) {
  TimerWheel wheel(kStart);
  Timer cancelled;
  wheel.schedule(cancelled, kStart + 10ms);
  wheel.schedule(cancelled, Time::max());
  auto destroyed = std::make_unique<Timer>();
  wheel.schedule(*destroyed, kStart + 10ms);
  destroyed.reset();

  wheel.advance(kStart + 1s);
  EXPECT_TRUE(cancelled.fired.empty());
}

TEST(TimerWheel, TimerMayScheduleItselfAndDestroyOthersWhileFiring) {
  TimerWheel wheel(kStart);
  Timer repeating;
  auto victim = std::make_unique<Timer>();
  repeating.then = [&](Time now) {
    wheel.schedule(repeating, now + 10ms);
    victim.reset();
  };
  wheel.schedule(*victim, kStart + 10ms);
  wheel.schedule(repeating, kStart + 10ms);
  for (Duration at = 0s; at <= 100ms; at += 1ms) {
    wheel.advance(kStart + at);
  }

  EXPECT_GE(repeating.fired.size(), 7U);
  EXPECT_FALSE(victim);
}

TEST(TimerWheel, NextDueIsNeverLateForAnyDeadline) {
  TimerWheel wheel(kStart);
  EXPECT_EQ(wheel.next_due(), Time::max());
  Timer timer;
  wheel.schedule(timer, kStart + 333ms);

  EXPECT_GE(wheel.next_due(), kStart + 333ms - TimerWheel::kTick);
  EXPECT_LT(wheel.next_due(), kStart + 333ms + TimerWheel::kTick);
  EXPECT_LE(wheel.soonest(), wheel.next_due());
}

TEST(TimerWheel, ManyRandomDeadlinesAllFireInTheirTick) {
  TimerWheel wheel(kStart);
  Rng rng(7);
  std::vector<std::unique_ptr<Timer>> timers;
  std::vector<Time> deadlines;
  for (int i = 0; i < 2000; ++i) {
    timers.push_back(std::make_unique<Timer>());
    deadlines.push_back(kStart + std::chrono::milliseconds{rng.below(20'000)});
    wheel.schedule(*timers.back(), deadlines.back());
  }
  for (Duration at = 0s; at <= 20'010ms; at += 1ms) {
    wheel.advance(kStart + at);
  }

  for (std::size_t i = 0; i < timers.size(); ++i) {
    ASSERT_EQ(timers[i]->fired.size(), 1U);
    EXPECT_GE(timers[i]->fired.front(), deadlines[i]);
    EXPECT_LE(timers[i]->fired.front(), deadlines[i] + TimerWheel::kTick);
  }
}

}  // namespace
}  // namespace plumbline::serve
