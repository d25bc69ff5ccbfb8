// Coarse deadlines: never early, at most a tick late, postponing is free.
#include "deadline_wheel.h"

#include <gtest/gtest.h>

#include <functional>

namespace plumbline::client {
namespace {

using namespace std::chrono_literals;

struct Alarm final : Deadline {
  void on_deadline(Time now) override {
    ++rings;
    at = now;
    if (also) {
      also();
    }
  }
  int rings{0};
  Time at{};
  std::function<void()> also;
};

class Wheel : public ::testing::Test {
 protected:
  // Advances in steps of the timer.
  void run(Duration time) {
    for (const Time end = now + time; now < end;) {
      now += DeadlineWheel::kTick;
      wheel.advance(now);
    }
  }

  Time now{std::chrono::hours{5}};
  Time start{now};
  DeadlineWheel wheel{now};
  Alarm alarm;
};

TEST_F(Wheel, RingsOnceAtTheDeadlineAndAtMostATickLater) {
  wheel.schedule(alarm, start + 123ms);

  run(120ms);
  EXPECT_EQ(alarm.rings, 0);
  run(1s);

  EXPECT_EQ(alarm.rings, 1);
  EXPECT_GE(alarm.at, start + 123ms);
  EXPECT_LE(alarm.at, start + 123ms + DeadlineWheel::kTick);
  EXPECT_EQ(wheel.size(), 0U);
}

TEST_F(Wheel, RingsWhenTheDeadlineIsFurtherThanOneTurn) {
  wheel.schedule(alarm, start + 35s);

  run(34s);
  EXPECT_EQ(alarm.rings, 0);
  run(2s);

  EXPECT_EQ(alarm.rings, 1);
}

TEST_F(Wheel, RingsAtTheNewDeadlineWhenPostponed) {
  wheel.schedule(alarm, start + 100ms);
  run(50ms);
  wheel.schedule(alarm, start + 300ms);

  run(230ms);
  EXPECT_EQ(alarm.rings, 0);
  run(50ms);

  EXPECT_EQ(alarm.rings, 1);
}

TEST_F(Wheel, RingsAtTheNewDeadlineWhenBroughtForward) {
  wheel.schedule(alarm, start + 10s);

  wheel.schedule(alarm, start + 50ms);
  run(60ms);

  EXPECT_EQ(alarm.rings, 1);
  EXPECT_EQ(wheel.size(), 0U);
}

TEST_F(Wheel, RingsAtTheNextTickWhenTheDeadlineHasPassed) {
  wheel.schedule(alarm, start - 1s);

  run(DeadlineWheel::kTick);

  EXPECT_EQ(alarm.rings, 1);
}

TEST_F(Wheel, StaysSilentWhenCancelledOrDestroyed) {
  wheel.schedule(alarm, start + 50ms);
  {
    Alarm gone;
    wheel.schedule(gone, start + 50ms);
  }
  EXPECT_EQ(wheel.size(), 1U);
  alarm.cancel();

  run(100ms);

  EXPECT_EQ(alarm.rings, 0);
  EXPECT_EQ(wheel.size(), 0U);
}

TEST_F(Wheel, LetsACallbackCancelAnotherOfTheSameTick) {
  Alarm second;
  alarm.also = [&] {
    second.cancel();
  };
  wheel.schedule(alarm, start + 50ms);
  wheel.schedule(second, start + 50ms);

  run(100ms);

  EXPECT_EQ(alarm.rings, 1);
  EXPECT_EQ(second.rings, 0);
}

TEST_F(Wheel, LetsACallbackScheduleItselfAgain) {
  alarm.also = [&] {
    if (alarm.rings < 3) {
      wheel.schedule(alarm, alarm.at + 20ms);
    }
  };
  wheel.schedule(alarm, start + 20ms);

  run(200ms);

  EXPECT_EQ(alarm.rings, 3);
}

TEST_F(Wheel, FindsEveryDeadlineAfterALongPause) {
  Alarm late;
  wheel.schedule(alarm, start + 5s);
  wheel.schedule(late, start + 100s);
  now += 60s;
  wheel.advance(now);
  EXPECT_EQ(alarm.rings, 1);
  EXPECT_EQ(late.rings, 0);

  run(41s);

  EXPECT_EQ(late.rings, 1);
}

}  // namespace
}  // namespace plumbline::client
