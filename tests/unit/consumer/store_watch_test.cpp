// What the store's consumer watches: that the fence works, and how far it is behind.
#include <gtest/gtest.h>

#include "bus/kafka/epoch_watch.h"
#include "bus/kafka/store_lag.h"
#include "unit/consumer/messages.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;
using test::kAnn;
using test::kBob;
using test::kEve;
using test::pair_of;

Message numbered(const ConversationPtr& conversation, std::uint64_t sequence, std::int64_t epoch) {
  Message message = *test::message_of(conversation, sequence);
  message.epoch = epoch;
  return message;
}

TEST(EpochWatch, AgreesWhileTheEpochDoesNotFall) {
  EpochWatch watch;
  const ConversationPtr chat = pair_of(kAnn, kBob);

  EXPECT_TRUE(watch.agrees(numbered(chat, 1, 1)));
  EXPECT_TRUE(watch.agrees(numbered(chat, 2, 1)));
  EXPECT_TRUE(watch.agrees(numbered(chat, 1001, 2)));
}

TEST(EpochWatch, NoticesAnOlderEpochUnderAHigherNumber) {
  EpochWatch watch;
  const ConversationPtr chat = pair_of(kAnn, kBob);
  EXPECT_TRUE(watch.agrees(numbered(chat, 1001, 2)));

  EXPECT_FALSE(watch.agrees(numbered(chat, 1002, 1)));
}

TEST(EpochWatch, TakesALateCopyForWhatItIs) {
  EpochWatch watch;
  const ConversationPtr chat = pair_of(kAnn, kBob);
  EXPECT_TRUE(watch.agrees(numbered(chat, 1001, 2)));

  EXPECT_TRUE(watch.agrees(numbered(chat, 7, 1)));
}

TEST(EpochWatch, ForgetsRatherThanGrowing) {
  EpochWatch watch(1);
  EXPECT_TRUE(watch.agrees(numbered(pair_of(kAnn, kBob), 5, 2)));

  EXPECT_TRUE(watch.agrees(numbered(pair_of(kAnn, kEve), 5, 2)));

  EXPECT_TRUE(watch.agrees(numbered(pair_of(kAnn, kBob), 6, 1)));
}

struct LagWorld {
  StoreLag lag;
  Time now{1h};
  UnixMillis wall{1'000'000};

  StoreLag::Behind look(std::int64_t high, std::int64_t next) {
    StoreLag::Behind behind;
    lag.look(0, high, next, now, wall, behind);
    return behind;
  }
  void pass(std::chrono::milliseconds time) {
    now += time;
    wall += time.count();
  }
};

TEST(StoreLag, IsNothingWhileEverythingIsStored) {
  LagWorld world;
  world.lag.begin(0, world.now);
  world.pass(10s);

  EXPECT_EQ(world.look(5, 5).records, 0U);
  EXPECT_EQ(world.look(5, 5).seconds, 0.0);
}

TEST(StoreLag, GrowsFromTheMomentSomethingWaits) {
  LagWorld world;
  world.lag.begin(0, world.now);
  EXPECT_EQ(world.look(5, 5).records, 0U);
  world.pass(60s);  // silence is no lag
  EXPECT_EQ(world.look(5, 5).records, 0U);

  world.pass(2s);

  EXPECT_EQ(world.look(8, 5).records, 3U);
  EXPECT_NEAR(world.look(8, 5).seconds, 2.0, 0.001);
}

TEST(StoreLag, IsNoMoreThanTheAgeOfWhatWasStoredLast) {
  LagWorld world;
  world.lag.begin(0, world.now);
  world.pass(60s);  // a steady stream: something always waits

  world.lag.stored(0, world.wall - 30);

  EXPECT_NEAR(world.look(100, 90).seconds, 0.030, 0.001);
}

}  // namespace
}  // namespace plumbline::serve
