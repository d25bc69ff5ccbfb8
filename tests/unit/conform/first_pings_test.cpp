// First pings of many sessions, written by hand: what load can cause, and what it cannot.
#include "cases/engineio/first_pings.h"

#include <gtest/gtest.h>

namespace plumbline::conform::cases {
namespace {

using namespace std::chrono_literals;

constexpr PingBounds kBounds{10s, 1500ms};
constexpr int kSessions = 1000;

// Sessions asked for every 10 ms, there 2 ms later; `ping` tells when each is pinged, from when it was there.
template <class Ping>
std::vector<FirstPing> begun_over_an_interval(Ping ping) {
  std::vector<FirstPing> all;
  for (int i = 0; i < kSessions; ++i) {
    const Time asked = Time{} + i * 10ms;
    all.push_back({asked, asked + 2ms, ping(asked + 2ms)});
  }
  return all;
}

std::optional<Time> at_the_next_tick(Time begun) {
  const Time due = begun + kBounds.interval;
  return due - due.time_since_epoch() % kBounds.interval;
}

TEST(FirstPings, PassWhenTheyComeAsTheSessionsBegan) {
  const auto sessions = begun_over_an_interval([](Time begun) { return std::optional(begun + 10s); });

  EXPECT_EQ(judge_first_pings(sessions, kBounds).kind, Finding::Kind::took);
}

TEST(FirstPings, OnOneTickAreWitnessedHoweverManyAreMissed) {
  auto sessions = begun_over_an_interval(at_the_next_tick);
  for (std::size_t i = 0; i < sessions.size(); i += 3) {
    sessions[i].at = std::nullopt;
  }

  const Finding finding = judge_first_pings(sessions, kBounds);

  EXPECT_EQ(finding.kind, Finding::Kind::violated);
  EXPECT_TRUE(finding.witnessed) << finding.observed;
}

TEST(FirstPings, MissedOnesAloneMayBeOfLoad) {
  auto sessions = begun_over_an_interval([](Time begun) { return std::optional(begun + 10s); });
  sessions[500].at = std::nullopt;

  const Finding finding = judge_first_pings(sessions, kBounds);

  EXPECT_EQ(finding.kind, Finding::Kind::violated);
  EXPECT_FALSE(finding.witnessed);
  EXPECT_EQ(finding.observed, "1 of 1000 sessions had none");
}

TEST(FirstPings, LateAndAtOneTimeMayBeOfLoad) {
  // The machine stood still for a second and a half, and what was due then came at its end.
  const auto sessions = begun_over_an_interval([](Time begun) {
    const Time due = begun + 10s;
    const bool still = due >= Time{} + 12s && due < Time{} + 13500ms;
    return std::optional(still ? Time{} + 13500ms : due);
  });

  const Finding finding = judge_first_pings(sessions, kBounds);

  EXPECT_EQ(finding.kind, Finding::Kind::violated);
  EXPECT_FALSE(finding.witnessed) << finding.observed;
}

TEST(FirstPings, AreNotEarlyWhereTheSuiteSawTheBeginningLate) {
  // The open packets were seen a second late: their pings look early, from there.
  auto sessions = begun_over_an_interval([](Time begun) { return std::optional(begun + 10s); });
  for (FirstPing& one : sessions) {
    one.begun += 1s;
  }

  EXPECT_EQ(bunched_early(sessions, kBounds), std::nullopt);
  EXPECT_EQ(judge_first_pings(sessions, kBounds).kind, Finding::Kind::took);
}

TEST(FirstPings, OfAFewEarlySessionsAreNoCrowd) {
  auto sessions = begun_over_an_interval([](Time begun) { return std::optional(begun + 10s); });
  for (std::size_t i = 0; i < 90; ++i) {
    sessions[i].at = Time{} + 5s;
  }

  EXPECT_EQ(bunched_early(sessions, kBounds), std::nullopt);
}

}  // namespace
}  // namespace plumbline::conform::cases
