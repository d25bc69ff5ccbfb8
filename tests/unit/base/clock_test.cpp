#include "plumbline/base/clock.h"

#include <gtest/gtest.h>

namespace plumbline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Iso8601, PrintsUtcWithMilliseconds) {
  EXPECT_EQ(iso8601(WallTime{seconds{1'700'000'000} + milliseconds{7}}), "2023-11-14T22:13:20.007Z");
}

TEST(Iso8601, RoundsDownBeforeTheEpoch) {
  EXPECT_EQ(iso8601(WallTime{milliseconds{-1}}), "1969-12-31T23:59:59.999Z");
}

TEST(FileStamp, HasNoColons) {
  EXPECT_EQ(file_stamp(WallTime{seconds{0}}), "1970-01-01T00-00-00Z");
}

TEST(ManualClock, StandsStillUntilAdvanced) {
  ManualClock clock;
  const Time before = clock.now();

  clock.advance(milliseconds{5});

  EXPECT_EQ(clock.now() - before, milliseconds{5});
  EXPECT_EQ(clock.now(), clock.now());
}

}  // namespace
}  // namespace plumbline
