#include "backplane/redis/back_off.h"

#include <gtest/gtest.h>

#include <array>

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;

TEST(BackOff, DoublesUpToTheLongestAndHalfOfItIsChance) {
  BackOff back_off{20ms, 100ms};
  for (const Duration whole : {20ms, 40ms, 80ms, 100ms, 100ms}) {
    const Duration pause = back_off.next();
    EXPECT_GE(pause, whole / 2);
    EXPECT_LE(pause, whole);
  }
}

TEST(BackOff, BeginsAgainAfterSuccess) {
  BackOff back_off{20ms, 500ms};
  for (int attempt = 0; attempt < 5; ++attempt) {
    static_cast<void>(back_off.next());
  }
  back_off.reset();

  EXPECT_LE(back_off.next(), 20ms);
}

TEST(BackOff, TwoDoNotGoInStep) {
  BackOff one{1s, 1s};
  BackOff other{1s, 1s};
  const std::array<Duration, 4> mine{one.next(), one.next(), one.next(), one.next()};
  const std::array<Duration, 4> others{other.next(), other.next(), other.next(), other.next()};

  EXPECT_NE(mine, others);
}

}  // namespace
}  // namespace plumbline::serve
