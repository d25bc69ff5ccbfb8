#include "workload/pending_signals.h"

#include <gtest/gtest.h>

namespace plumbline::load {
namespace {

using std::chrono::seconds;

constexpr Time at(int s) {
  return Time{} + seconds{s};
}

TEST(PendingSignals, MatchesEveryExpectedReceiverOnceAndThenCloses) {
  PendingSignals pending{seconds{5}};
  ASSERT_TRUE(pending.open(1, 2, {at(1), at(1), 2, 0}));

  const auto first = pending.effect(1, 2, 0);
  const auto second = pending.effect(1, 2, 0);

  ASSERT_TRUE(first && second);
  EXPECT_TRUE(first->first);
  EXPECT_FALSE(second->first);
  EXPECT_EQ(first->cause.intended, at(1));
  EXPECT_FALSE(pending.effect(1, 2, 0).has_value());
}

TEST(PendingSignals, RefusesASecondCauseWhileThePairIsOpen) {
  PendingSignals pending{seconds{5}};
  ASSERT_TRUE(pending.open(1, 2, {at(1), at(1), 1, 0}));

  EXPECT_FALSE(pending.open(1, 2, {at(2), at(2), 1, 0}));
  EXPECT_TRUE(pending.open(1, 3, {at(2), at(2), 1, 0}));
}

TEST(PendingSignals, IgnoresEffectsWithAnotherMark) {
  PendingSignals pending{seconds{5}};
  ASSERT_TRUE(pending.open(1, 2, {at(1), at(1), 1, 40}));

  EXPECT_FALSE(pending.effect(1, 2, 39).has_value());
  EXPECT_TRUE(pending.effect(1, 2, 40).has_value());
}

TEST(PendingSignals, ExpiresWhatNobodySawAndTellsOfIt) {
  PendingSignals pending{seconds{5}};
  ASSERT_TRUE(pending.open(1, 2, {at(1), at(1), 1, 0}));
  ASSERT_TRUE(pending.open(1, 3, {at(1), at(1), 2, 0}));
  ASSERT_TRUE(pending.effect(1, 3, 0).has_value());
  int unseen = 0;

  pending.expire(at(5), [&](const PendingSignals::Cause&) { ++unseen; });
  EXPECT_EQ(unseen, 0);
  pending.expire(at(6), [&](const PendingSignals::Cause&) { ++unseen; });

  EXPECT_EQ(unseen, 1);
  EXPECT_EQ(pending.unseen(), 0U);
  EXPECT_EQ(pending.next_due(), Time::max());
}

TEST(PendingSignals, DoesNotExpireAReopenedPairByItsFirstBirth) {
  PendingSignals pending{seconds{5}};
  ASSERT_TRUE(pending.open(1, 2, {at(1), at(1), 1, 0}));
  ASSERT_TRUE(pending.effect(1, 2, 0).has_value());
  ASSERT_TRUE(pending.open(1, 2, {at(4), at(4), 1, 0}));

  pending.expire(at(6), [](const PendingSignals::Cause&) { FAIL(); });

  EXPECT_TRUE(pending.effect(1, 2, 0).has_value());
}

TEST(PendingSignals, IsBounded) {
  PendingSignals pending{seconds{5}, 2};
  EXPECT_TRUE(pending.open(1, 1, {at(1), at(1), 1, 0}));
  EXPECT_TRUE(pending.open(1, 2, {at(1), at(1), 1, 0}));
  EXPECT_FALSE(pending.open(1, 3, {at(1), at(1), 1, 0}));
}

}  // namespace
}  // namespace plumbline::load
