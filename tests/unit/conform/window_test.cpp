// Timing windows on a clock that stands still, with a suite that may have looked late.
#include "judge/window.h"

#include <gtest/gtest.h>

#include "cases/context.h"
#include "wire/live_medium.h"

namespace plumbline::conform {
namespace {

using namespace std::chrono_literals;

constexpr Window kWindow{300ms, 400ms};

TEST(Place, IsInsideUpToBothEdges) {
  EXPECT_EQ(place(300ms, kWindow, 0ms, 0ms), Placement::inside);
  EXPECT_EQ(place(400ms, kWindow, 0ms, 0ms), Placement::inside);
}

TEST(Place, IsEarlyOrLateBeyondThem) {
  EXPECT_EQ(place(299ms, kWindow, 0ms, 0ms), Placement::early);
  EXPECT_EQ(place(401ms, kWindow, 0ms, 0ms), Placement::late);
}

TEST(Place, IsUnclearWhenTheSuiteMayHaveSeenTheEndTooLate) {
  EXPECT_EQ(place(410ms, kWindow, 0ms, 20ms), Placement::unclear);
  EXPECT_EQ(place(310ms, kWindow, 0ms, 20ms), Placement::unclear);
  EXPECT_EQ(place(430ms, kWindow, 0ms, 20ms), Placement::late);
}

TEST(Place, IsUnclearWhenTheSuiteMayHaveSeenTheStartTooLate) {
  EXPECT_EQ(place(290ms, kWindow, 20ms, 0ms), Placement::unclear);
  EXPECT_EQ(place(270ms, kWindow, 20ms, 0ms), Placement::early);
}

TEST(FastBound, IsAThirdOfTheHeartbeatAndAtMost150Milliseconds) {
  EXPECT_EQ(fast_bound(25s, 20s), 150ms);
  EXPECT_EQ(fast_bound(150ms, 150ms), 100ms);
}

TEST(Slack, GrowsWithLagAndRoundTrip) {
  EXPECT_EQ(slack(1ms, 1ms), 150ms);
  EXPECT_EQ(slack(100ms, 0ms), 500ms);
  EXPECT_EQ(slack(0ms, 200ms), 600ms);
}

TEST(LagTrack, RemembersTheWorstTickOfASpan) {
  LagTrack track;
  const Time t = ManualClock().now();
  track.record(t, t + 40ms);
  track.record(t + 200ms, t + 210ms);

  EXPECT_EQ(track.worst(t, t + 300ms), 40ms);
  EXPECT_EQ(track.worst(t + 100ms, t + 300ms), 10ms);
  EXPECT_EQ(track.worst(t + 20ms, t + 30ms), 40ms) << "the span lies inside the standstill";
  EXPECT_EQ(track.worst(t + 220ms, t + 300ms), 0ms);
}

TEST(PlaceSpan, DoubtsOnlyTheEndThatWasSeenLate) {
  ManualClock clock;
  LagTrack lag;
  const Target target;
  WireLog log(clock);
  LiveMedium medium(clock, nullptr, {&lag, nullptr});
  Wire wire(target.endpoint, log, medium);
  const Context context(target, wire);
  const Time start = clock.now();
  clock.advance(405ms);
  const Time end = clock.now();

  EXPECT_EQ(context.place_span(start, end, kWindow), Placement::late);
  lag.record(end - 30ms, end);
  EXPECT_EQ(context.place_span(start, end, kWindow), Placement::unclear);
}

}  // namespace
}  // namespace plumbline::conform
