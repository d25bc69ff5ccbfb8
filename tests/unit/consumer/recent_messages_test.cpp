// What was accepted of late stays findable until the store has it, within bounds.
#include "store/recent_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/consumer/messages.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;
using test::kAnn;
using test::kBob;
using test::kEve;
using test::message_of;
using test::pair_of;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct RecentWorld {
  explicit RecentWorld(const RecentLimits& limits = {}) : recent(positions, limits) {}

  void add(std::uint64_t sequence) {
    recent.add(message_of(chat, sequence), {1, static_cast<std::int64_t>(sequence)}, clock.now());
  }
  void store_below(std::int64_t offset) { positions.raise(1, offset); }
  void pass(Duration time) {
    clock.advance(time);
    recent.tick(clock.now());
  }
  [[nodiscard]] std::vector<std::uint64_t> page(std::uint64_t before, std::size_t limit) const {
    std::vector<std::uint64_t> sequences;
    for (const MessagePtr& message : recent.newest_of({chat->key, before, limit})) {
      sequences.push_back(message->sequence);
    }
    return sequences;
  }

  ManualClock clock;
  ConversationPtr chat = pair_of(kAnn, kBob);
  StoredPositions positions;
  RecentMessages recent;
};

TEST(StoredPositions, NeverGoBack) {
  StoredPositions positions;
  positions.raise(3, 10);

  positions.raise(3, 4);

  EXPECT_EQ(positions.next(3), 10);
  EXPECT_EQ(positions.next(4), 0);
}

TEST(RecentMessages, FindsTheNewestOfAConversation) {
  RecentWorld world;
  for (std::uint64_t sequence = 1; sequence <= 5; ++sequence) {
    world.add(sequence);
  }

  EXPECT_THAT(world.page(0, 2), ElementsAre(4, 5));
  EXPECT_THAT(world.page(4, 2), ElementsAre(2, 3));
  EXPECT_THAT(world.page(1, 2), IsEmpty());
}

TEST(RecentMessages, TellsWhatTheStoreMayNotHave) {
  RecentWorld world;
  world.add(1);
  world.add(2);

  world.store_below(2);

  EXPECT_THAT(world.recent.unstored_of(kBob), SizeIs(1));
  EXPECT_THAT(world.recent.unstored_of(kEve), IsEmpty());
}

TEST(RecentMessages, TakesAMessageOfAKnownPlaceInTheStoreAsStored) {
  RecentWorld world;
  world.store_below(10);

  world.add(5);

  EXPECT_EQ(world.recent.unstored(), 0U);
  EXPECT_THAT(world.page(0, 9), ElementsAre(5));
}

TEST(RecentMessages, CountsACopyOnce) {
  RecentWorld world;
  world.add(1);

  world.add(1);
  world.recent.add(message_of(world.chat, 1), {1, 700}, world.clock.now());

  EXPECT_EQ(world.recent.size(), 1U);
}

TEST(RecentMessages, TakesADirectCommitOfAMessageInTheLogAsStored) {
  RecentWorld world;
  world.add(1);

  world.recent.add_stored(message_of(world.chat, 1), world.clock.now());

  EXPECT_EQ(world.recent.unstored(), 0U);
  EXPECT_EQ(world.recent.size(), 1U);
}

TEST(RecentMessages, ForgetsOnlyWhatIsStoredAndOld) {
  RecentWorld world;
  world.add(1);
  world.add(2);
  world.store_below(2);
  world.pass(1ms);

  world.pass(10min);

  EXPECT_THAT(world.page(0, 9), ElementsAre(2));
  world.store_below(3);
  world.pass(1ms);
  world.pass(10min);
  EXPECT_EQ(world.recent.size(), 0U);
  EXPECT_EQ(world.recent.bytes(), 0U);
}

TEST(RecentMessages, ForgetsStoredOnesWhenThereAreTooMany) {
  RecentWorld world{{.messages = 2, .bytes = 1'000'000, .keep = 1min}};
  world.store_below(100);

  for (std::uint64_t sequence = 1; sequence <= 4; ++sequence) {
    world.add(sequence);
  }

  EXPECT_THAT(world.page(0, 9), ElementsAre(3, 4));
}

TEST(RecentMessages, RefusesWhileTooMuchWaitsForTheStore) {
  RecentWorld world{{.messages = 2, .bytes = 1'000'000, .keep = 1min}};
  world.add(1);
  EXPECT_FALSE(world.recent.refuses());
  world.add(2);

  EXPECT_TRUE(world.recent.refuses());
  EXPECT_EQ(world.recent.counters().refusals, 1U);
  world.store_below(3);
  world.pass(1ms);
  EXPECT_FALSE(world.recent.refuses());
}

TEST(RecentMessages, StaysBoundedWhenRefusalsDoNotHelp) {
  RecentWorld world{{.messages = 2, .bytes = 1'000'000, .keep = 1min}};

  for (std::uint64_t sequence = 1; sequence <= 9; ++sequence) {
    world.add(sequence);
  }

  EXPECT_EQ(world.recent.size(), 4U);
  EXPECT_EQ(world.recent.counters().unseen_dropped, 5U);
}

TEST(RecentMessages, CallsBackOnceEverythingUpToThereIsStored) {
  RecentWorld world;
  world.add(1);
  world.add(2);
  int called = 0;
  world.recent.when_stored(world.chat->key, 1, world.clock.now() + 1s, [&] { ++called; });
  world.pass(1ms);
  EXPECT_EQ(called, 0);

  world.store_below(2);
  world.pass(1ms);
  world.pass(1ms);

  EXPECT_EQ(called, 1);
}

TEST(RecentMessages, CallsBackAtTheDeadlineAtTheLatest) {
  RecentWorld world;
  world.add(1);
  int called = 0;
  world.recent.when_stored(world.chat->key, 1, world.clock.now() + 1s, [&] { ++called; });

  world.pass(1s);

  EXPECT_EQ(called, 1);
}

TEST(RecentMessages, CallsBackAtOnceWhenTheStoreHasIt) {
  RecentWorld world;
  int called = 0;

  world.recent.when_stored(world.chat->key, 7, world.clock.now() + 1s, [&] { ++called; });

  EXPECT_EQ(called, 1);
}

// Two instances tried to send the same message, each under a number of its own.
struct TwoAttempts : RecentWorld {
  void log(std::uint64_t sequence, std::int64_t offset) {
    recent.add(message_of(chat, sequence, sequence - 1, 1), {1, offset}, clock.now());
  }
  const Uuid id = message_of(chat, 5, 4, 1)->id;
};

TEST(RecentMessages, OfTwoAttemptsTheFirstInTheLogCounts) {
  TwoAttempts world;
  world.log(5, 100);

  world.log(7, 101);

  EXPECT_EQ(world.recent.sequence_of(world.id), 5U);
  EXPECT_THAT(world.page(0, 9), ElementsAre(5));
}

TEST(RecentMessages, TheFirstInTheLogCountsAlsoWhenItIsHeardOfLater) {
  TwoAttempts world;
  world.log(7, 101);

  world.log(5, 100);

  EXPECT_EQ(world.recent.sequence_of(world.id), 5U);
  EXPECT_THAT(world.page(0, 9), ElementsAre(5));
  EXPECT_EQ(world.recent.unstored(), 1U);
}

TEST(RecentMessages, AnAttemptThatWasCommittedDirectlyCountsBeforeOneThatIsOnlyInTheLog) {
  TwoAttempts world;
  world.log(5, 100);

  world.recent.add_stored(message_of(world.chat, 7, 6, 1), world.clock.now());
  world.log(5, 100);

  EXPECT_EQ(world.recent.sequence_of(world.id), 7U);
  EXPECT_EQ(world.recent.unstored(), 0U);
}

TEST(RecentMessages, WhatIsStoredStaysWhateverTheLogBrings) {
  TwoAttempts world;
  world.log(7, 101);
  world.store_below(102);
  world.pass(1s);

  world.log(5, 100);
  world.recent.add_stored(message_of(world.chat, 5, 4, 1), world.clock.now());

  EXPECT_EQ(world.recent.sequence_of(world.id), 7U);
}

TEST(RecentMessages, ForgetsTheIdWithTheMessage) {
  TwoAttempts world;
  world.log(5, 100);
  world.store_below(101);
  world.pass(1s);

  world.pass(RecentLimits{}.keep + 1s);

  EXPECT_EQ(world.recent.sequence_of(world.id), 0U);
  EXPECT_EQ(world.recent.size(), 0U);
}

}  // namespace
}  // namespace plumbline::serve
