// Two instances count twenty conversations while Redis is killed, emptied, frozen or tampered with: no number twice,
// none behind an acknowledged one, and soon again one.
#include <gtest/gtest.h>

#include <iostream>

#include "integration/sequence/sequence_world.h"
#include "mutant/mutant.h"

namespace plumbline::serve {
namespace {

using std::chrono::milliseconds;

// Aim: one second. The machine that runs tests is a busy one.
constexpr Duration kLongestGap = std::chrono::seconds{5};

void expect_sound(const char* fault, const Findings& found) {
  std::cout << fault << ": " << found.text() << "\n";
  EXPECT_EQ(found.reused, 0U);
  EXPECT_EQ(found.inversions, 0U);
  EXPECT_EQ(found.epoch_falls, 0U);
  EXPECT_LE(found.longest_gap, kLongestGap);
}

TEST(SequenceFence, CountsFromOneWithoutHolesWhenNothingFails) {
  SequenceWorld world;
  ASSERT_TRUE(world.both_get(500));

  const Findings found = world.finish();

  expect_sound("no fault", found);
  EXPECT_EQ(world.metric("plumbline_sequence_by_postgres_total"), 0);
  EXPECT_EQ(world.metric("plumbline_sequence_reseeds_total"), 20);
}

TEST(SequenceFence, GoesOnInPostgresAndComesBackWhenTheMasterIsKilled) {
  SequenceWorld world;
  ASSERT_TRUE(world.both_get(500));
  const std::size_t master = world.redis.master();
  world.redis.kill(master);
  ASSERT_TRUE(world.both_get(500));
  static_cast<void>(world.redis.master_after(master));
  world.redis.start(master);
  world.run_for(milliseconds{4'000});
  ASSERT_TRUE(world.both_get(500));

  const Findings found = world.finish();

  expect_sound("master killed", found);
  EXPECT_GT(world.metric("plumbline_sequence_by_postgres_total"), 0);
}

TEST(SequenceFence, DoesNotBelieveAMasterThatCameBackEmpty) {
  SequenceWorld world;
  ASSERT_TRUE(world.both_get(500));
  const std::size_t master = world.redis.master();
  world.redis.kill(master);
  world.redis.start(master);  // before any Sentinel saw it
  ASSERT_TRUE(world.both_get(1'000));

  expect_sound("master restarted empty", world.finish());
}

TEST(SequenceFence, DoesNotBelieveAThawedMaster) {
  SequenceWorld world;
  ASSERT_TRUE(world.both_get(500));
  const std::size_t master = world.redis.master();
  world.redis.freeze(master);
  ASSERT_TRUE(world.both_get(500));
  static_cast<void>(world.redis.master_after(master));
  world.redis.thaw(master);
  world.run_for(milliseconds{3'000});
  ASSERT_TRUE(world.both_get(500));

  expect_sound("master frozen and thawed", world.finish());
}

TEST(SequenceFence, BeginsNewBlocksWhenKeysAreLostOrChanged) {
  SequenceWorld world;
  ASSERT_TRUE(world.both_get(500));
  const std::size_t master = world.redis.master();
  const std::string counter = "conversation_seq:" + conversation_text(0);
  const std::vector<std::vector<std::string>> tampering{
      {"FLUSHALL"},
      {"DEL", counter},
      {"SET", counter, "5"},
      {"DEL", "conversation_seq_epoch:" + conversation_text(0)},
      {"SET", counter, "no number"},
      {"LPUSH", "conversation_seq_epoch:" + conversation_text(1), "x"},
      {"FLUSHALL"}};
  for (const auto& words : tampering) {
    static_cast<void>(world.redis.ask(master, words));
    ASSERT_TRUE(world.both_get(300));
  }

  const Findings found = world.finish();

  expect_sound("keys lost or changed", found);
  EXPECT_GT(world.metric("plumbline_sequence_reseeds_total"), 40);
}

TEST(SequenceFence, DoesNotNeedSentinelsWhenTwoAreFrozenAndTheMasterDies) {
  SequenceWorld world;
  ASSERT_TRUE(world.both_get(500));
  const std::size_t master = world.redis.master();
  world.redis.freeze_sentinel(0);
  world.redis.freeze_sentinel(1);
  world.redis.kill(master);
  ASSERT_TRUE(world.both_get(1'000));
  world.redis.thaw_sentinel(0);
  world.redis.thaw_sentinel(1);

  expect_sound("two Sentinels frozen, master killed", world.finish());
}

TEST(SequenceFence, GoesOnByTheWordOfSentinelsWhilePostgresIsAway) {
  SequenceWorld world;
  ASSERT_TRUE(world.both_get(1'000));
  real::PrivatePostgres& postgres = real::PrivatePostgres::shared();
  postgres.freeze();
  const bool went_on = world.both_get(1'000);
  postgres.thaw();
  ASSERT_TRUE(went_on);
  ASSERT_TRUE(world.both_get(500));
  postgres.kill();
  const bool still = world.both_get(1'000);
  postgres.start();
  ASSERT_TRUE(still);
  ASSERT_TRUE(world.both_get(500));

  const Findings found = world.finish();

  expect_sound("PostgreSQL frozen, then killed", found);
  EXPECT_GT(world.metric("plumbline_sequence_sentinel_renewals_total"), 0);
}

#if defined(PLUMBLINE_MUTANTS)
// What the fence is for: the same fault, and the counter of Redis as it is.
TEST(PlainCounter, RepeatsNumbersWhenTheMasterComesBackEmpty) {
  activate(Mutant::plain_incr);
  Findings found;
  {
    SequenceWorld world;
    EXPECT_TRUE(world.both_get(500));
    const std::size_t master = world.redis.master();
    world.redis.kill(master);
    world.redis.start(master);
    EXPECT_TRUE(world.both_get(1'000));
    found = world.finish();
  }
  activate(Mutant::none);

  std::cout << "master restarted empty, plain INCR: " << found.text() << "\n";
  EXPECT_GT(found.reused, 0U);
}
#endif

TEST(SequenceFence, ExtendsItsBlocksBeforeTheyEnd) {
  SequenceWorld world{{}, 20};
  ASSERT_TRUE(world.both_get(3'000));

  const Findings found = world.finish();

  expect_sound("blocks of 20", found);
}

}  // namespace
}  // namespace plumbline::serve
