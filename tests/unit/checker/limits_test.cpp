// When a bound is hit the checker says so and judges nothing on partial knowledge.
#include <gtest/gtest.h>

#include "world.h"

namespace plumbline::checker {
namespace {

TEST(CheckerLimits, TooManyUnsettledSendsOverflow) {
  CheckerLimits limits;
  limits.max_open = 3;
  World world(limits);
  std::vector<Token> tokens;
  for (int i = 0; i < 5; ++i) {
    tokens.push_back(world.invoke(0));
  }
  for (std::uint64_t id = 1; id <= 5; ++id) {
    world.ack(tokens.at(id - 1), id);
    world.deliver_all(tokens.at(id - 1), id);
  }

  const CheckerReport report = world.checker.finish(false);

  EXPECT_TRUE(report.overflowed);
  EXPECT_EQ(report.overflow_reason, "more than 3 sends were unsettled at once");
  EXPECT_EQ(found(report), Names{});
}

TEST(CheckerLimits, TooManyBindingsOverflow) {
  CheckerLimits limits;
  limits.max_bindings = 10;
  World world(limits);
  for (std::uint64_t id = 1; id <= 20; ++id) {
    world.whole(0, id);
  }

  const CheckerReport report = world.checker.finish(false);

  EXPECT_TRUE(report.overflowed);
  EXPECT_EQ(report.overflow_reason, "more than 10 sequence ids were bound");
  EXPECT_EQ(found(report), Names{});
}

TEST(CheckerLimits, TooManySkippedRangesOverflow) {
  CheckerLimits limits;
  limits.max_gaps = 5;
  World world(limits);
  for (std::uint64_t id = 2; id <= 600; id += 2) {
    world.whole(0, id);
  }

  const CheckerReport report = world.checker.finish(false);

  EXPECT_TRUE(report.overflowed);
  EXPECT_EQ(found(report), Names{});
}

TEST(CheckerLimits, UndeclaredConversationOverflows) {
  World world;
  world.checker.on_invoke(Token{kRun, 9, 0, 1, 0}, world.now());

  EXPECT_TRUE(world.checker.finish(false).overflowed);
}

TEST(CheckerLimits, KeepsSixteenExamplesOfEachKindAndCountsAll) {
  World world;
  const Token token = world.whole(0, 1);
  for (int i = 0; i < 50; ++i) {
    world.deliver(1, token, 1);
    world.deliver(5, token, 1);
  }

  const CheckerReport report = world.checker.finish(false);

  EXPECT_EQ(found(report), (Names{{"misdelivery", 50}, {"visible-duplicate", 50}}));
  EXPECT_EQ(report.examples.size(), 32U);
}

}  // namespace
}  // namespace plumbline::checker
