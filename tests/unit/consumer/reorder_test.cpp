// Messages come out in order and once, whatever way and in whatever order they come in.
#include "delivery/reorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "plumbline/base/random.h"
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

struct ReorderWorld {
  explicit ReorderWorld(const ReorderLimits& limits = {.jump = 300ms, .hold = 300ms})
      : reorder(
            limits, [this](const MessagePtr& message) { out.push_back(message->sequence); },
            [this](const MessagePtr& message) { asked.push_back(message); }) {}

  void take(std::uint64_t sequence) { reorder.take(message_of(chat, sequence), clock.now()); }
  void pass(Duration time) {
    clock.advance(time);
    reorder.tick(clock.now());
  }

  ManualClock clock;
  ConversationPtr chat = pair_of(kAnn, kBob);
  std::vector<std::uint64_t> out;
  std::vector<MessagePtr> asked;
  Reorder reorder;
};

TEST(Reorder, HoldsTheFirstMessageSeenForAMomentWhenTheOneBeforeItWasStored) {
  ReorderWorld world;

  world.take(41);
  ASSERT_EQ(world.asked.size(), 1U);
  world.reorder.stored(*world.asked.front());
  world.pass(249ms);
  EXPECT_THAT(world.out, ElementsAre());
  world.pass(1ms);

  EXPECT_THAT(world.out, ElementsAre(41));
}

TEST(Reorder, HoldsTheFirstMessageSeenLongerWhenTheOneBeforeItIsToCome) {
  ReorderWorld world{ReorderLimits{}};

  world.take(10'002);
  world.pass(500ms);
  world.pass(500ms);
  EXPECT_THAT(world.out, ElementsAre()) << "10001 is still in another instance's hands";
  world.take(10'001);
  world.reorder.stored(*world.asked.back());
  world.pass(250ms);

  EXPECT_THAT(world.out, ElementsAre(10'001, 10'002));
}

TEST(Reorder, SendsTheFirstMessageAtOnceWhenTheAnswerAboutTheOneBeforeItComesLate) {
  ReorderWorld world{ReorderLimits{}};
  world.take(41);
  world.pass(500ms);

  world.reorder.stored(*world.asked.front());
  world.pass(0ms);

  EXPECT_THAT(world.out, ElementsAre(41));
  EXPECT_EQ(world.reorder.waiting(), 0U);
}

TEST(Reorder, AsksOnlyForWhatNothingSeenComesBefore) {
  ReorderWorld world;

  world.take(41);
  world.take(42);
  world.take(40);
  world.take(44);

  EXPECT_EQ(world.asked.size(), 2U);
  EXPECT_EQ(world.asked.back()->sequence, 40U);
}

TEST(Reorder, IgnoresAnAnswerAboutWhatWasSentMeanwhile) {
  ReorderWorld world;
  world.take(2);
  world.take(1);

  world.reorder.stored(*world.asked.front());

  EXPECT_THAT(world.out, ElementsAre(1, 2));
}

TEST(Reorder, SendsTheSecondMessageSeenBeforeTheFirstWhenItsNumberIsLower) {
  ReorderWorld world;

  world.take(42);
  world.pass(30ms);
  world.take(41);
  world.take(43);
  world.reorder.stored(*world.asked.back());
  world.pass(250ms);

  EXPECT_THAT(world.out, ElementsAre(41, 42, 43));
  EXPECT_EQ(world.reorder.waiting(), 0U);
}

TEST(Reorder, WaitsForWhatAYoungConversationBeganWith) {
  ReorderWorld world{ReorderLimits{}};

  world.take(2);
  EXPECT_THAT(world.out, ElementsAre());
  world.take(1);

  EXPECT_THAT(world.out, ElementsAre(1, 2));
}

TEST(Reorder, HoldsAMessageUntilTheOneBeforeItCame) {
  ReorderWorld world;
  world.take(1);

  world.take(3);
  world.take(4);
  EXPECT_THAT(world.out, ElementsAre(1));
  world.take(2);

  EXPECT_THAT(world.out, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(world.reorder.counters().held, 2U);
  EXPECT_EQ(world.reorder.waiting(), 0U);
}

TEST(Reorder, DoesNotWaitLongForTheNumbersThatANewBlockLeavesOut) {
  ReorderWorld world{ReorderLimits{}};
  world.take(1);

  world.reorder.take(message_of(world.chat, 1001, 1), world.clock.now());
  world.pass(400ms);
  world.pass(349ms);
  EXPECT_THAT(world.out, ElementsAre(1));
  world.pass(1ms);

  EXPECT_THAT(world.out, ElementsAre(1, 1001));
}

TEST(Reorder, SendsWhatTheCountBeforeANewBlockGaveOutFirst) {
  ReorderWorld world;
  world.take(6);
  world.reorder.stored(*world.asked.front());
  world.pass(250ms);

  world.reorder.take(message_of(world.chat, 8, 6), world.clock.now());  // of the new block; its sender has not seen 7
  world.take(9);
  EXPECT_THAT(world.out, ElementsAre(6));
  world.take(7);

  EXPECT_THAT(world.out, ElementsAre(6, 7, 8, 9));
}

TEST(Reorder, WaitsForTheFirstOfABlockNoLongerWhenTheOneThatItNamesCame) {
  ReorderWorld world{ReorderLimits{}};
  world.take(1);
  world.reorder.take(message_of(world.chat, 1001, 2), world.clock.now());
  world.pass(400ms);

  world.take(2);
  world.pass(350ms);

  EXPECT_THAT(world.out, ElementsAre(1, 2, 1001));
}

TEST(Reorder, TakesNoPatienceFromWhatWaitsBelowTheFirstOfABlock) {
  ReorderWorld world{ReorderLimits{}};
  world.take(1);
  world.take(3);
  world.reorder.take(message_of(world.chat, 1001, 1), world.clock.now());

  world.pass(500ms);
  world.pass(500ms);
  EXPECT_THAT(world.out, ElementsAre(1));
  world.take(2);

  EXPECT_THAT(world.out, ElementsAre(1, 2, 3));
}

TEST(Reorder, NeverOvertakesWhatWaitsBelow) {
  ReorderWorld world;
  world.take(1);

  world.take(3);
  world.reorder.take(message_of(world.chat, 1001, 1), world.clock.now());  // its sender did not know of 3
  EXPECT_THAT(world.out, ElementsAre(1));
  world.take(2);
  EXPECT_THAT(world.out, ElementsAre(1, 2, 3));
  world.pass(300ms);

  EXPECT_THAT(world.out, ElementsAre(1, 2, 3, 1001));
}

TEST(Reorder, SendsWhatWaitedForTheWholeHold) {
  ReorderWorld world;
  world.take(1);
  world.take(3);

  world.pass(299ms);
  EXPECT_THAT(world.out, ElementsAre(1));
  world.pass(1ms);

  EXPECT_THAT(world.out, ElementsAre(1, 3));
  EXPECT_EQ(world.reorder.counters().released_late, 1U);
}

TEST(Reorder, SaysWhatItHolds) {
  ReorderWorld world;
  world.take(1);
  world.take(3);

  EXPECT_TRUE(world.reorder.holds(*message_of(world.chat, 3)));
  EXPECT_FALSE(world.reorder.holds(*message_of(world.chat, 1)));
  world.take(2);

  EXPECT_FALSE(world.reorder.holds(*message_of(world.chat, 3)));
}

TEST(Reorder, WaitsAnewWhenTheProcessStoodStill) {
  ReorderWorld world;
  world.take(1);
  world.take(3);
  world.pass(100ms);

  world.pass(8s);
  EXPECT_THAT(world.out, ElementsAre(1)) << "2 may be waiting to be read";
  world.pass(299ms);
  world.take(2);

  EXPECT_THAT(world.out, ElementsAre(1, 2, 3));
  EXPECT_EQ(world.reorder.counters().standstills, 1U);
}

TEST(Reorder, WaitsAnewOnlyOnceWhenTheProcessKeepsStandingStill) {
  ReorderWorld world;
  world.take(1);
  world.take(3);
  world.pass(100ms);

  world.pass(8s);
  world.pass(8s);

  EXPECT_THAT(world.out, ElementsAre(1, 3));
}

TEST(Reorder, SendsWhatFollowsTheOneThatWaitedTooLong) {
  ReorderWorld world;
  world.take(1);
  world.take(3);
  world.pass(100ms);
  world.take(4);

  world.pass(200ms);

  EXPECT_THAT(world.out, ElementsAre(1, 3, 4));
}

TEST(Reorder, SendsAMessageThatCameTooLateOnceAndCountsIt) {
  ReorderWorld world;
  world.take(1);
  world.take(3);
  world.pass(300ms);

  world.take(2);
  world.take(2);

  EXPECT_THAT(world.out, ElementsAre(1, 3, 2));
  EXPECT_EQ(world.reorder.counters().late, 1U);
  EXPECT_EQ(world.reorder.counters().duplicates_dropped, 1U);
}

TEST(Reorder, DropsWhatWasSentOrWaitsAlready) {
  ReorderWorld world;
  world.take(1);
  world.take(3);

  world.take(1);
  world.take(3);
  world.take(2);

  EXPECT_THAT(world.out, ElementsAre(1, 2, 3));
  EXPECT_EQ(world.reorder.counters().duplicates_dropped, 2U);
}

TEST(Reorder, DropsAnotherMessageUnderANumberThatWaits) {
  ReorderWorld world;
  world.take(1);
  world.take(3);

  world.reorder.take(message_of(world.chat, 3, 2, 99), world.clock.now());

  EXPECT_EQ(world.reorder.counters().conflicting, 1U);
  EXPECT_EQ(world.reorder.waiting(), 1U);
}

TEST(Reorder, SendsMessagesFromBeforeTheFirstOneSeen) {
  ReorderWorld world;
  world.take(5);
  world.pass(300ms);

  world.take(3);
  world.take(3);

  EXPECT_THAT(world.out, ElementsAre(5, 3));
}

TEST(Reorder, DropsCopiesOfWhatIsKnownToBeStored) {
  ReorderWorld world;
  world.reorder.known(message_of(world.chat, 7));

  world.take(7);
  world.take(8);

  EXPECT_THAT(world.out, ElementsAre(8));
  EXPECT_EQ(world.reorder.counters().duplicates_dropped, 1U);
}

TEST(Reorder, ReleasesWhatWaitedForAMessageThatTurnsOutToBeKnown) {
  ReorderWorld world;
  world.take(1);
  world.take(3);

  world.reorder.known(message_of(world.chat, 2));

  EXPECT_THAT(world.out, ElementsAre(1, 3));
}

TEST(Reorder, KeepsConversationsApart) {
  ReorderWorld world;
  const ConversationPtr other = pair_of(kAnn, kEve);
  world.take(1);
  world.take(3);

  world.reorder.take(message_of(other, 1), world.clock.now());

  EXPECT_THAT(world.out, ElementsAre(1, 1));
}

TEST(Reorder, SendsTheLongestWaitingWhenTooManyWait) {
  ReorderWorld world{{.jump = 300ms, .hold = 300ms, .held = 2, .conversations = 10, .gaps = 8}};
  world.take(1);

  world.take(3);
  world.take(5);
  EXPECT_THAT(world.out, ElementsAre(1));
  world.take(7);

  EXPECT_THAT(world.out, ElementsAre(1, 3));
  EXPECT_EQ(world.reorder.counters().overflowed, 1U);
  EXPECT_EQ(world.reorder.waiting(), 2U);
}

TEST(Reorder, ForgetsTheLongestSilentConversationWhereNobodyWaits) {
  ReorderWorld world{{.jump = 300ms, .hold = 300ms, .held = 10, .conversations = 2, .gaps = 8}};
  const ConversationPtr second = pair_of(kAnn, kEve);
  world.take(1);
  world.take(3);  // waits: this one stays
  world.reorder.take(message_of(second, 1), world.clock.now());

  world.reorder.take(message_of(pair_of(kBob, kEve), 1), world.clock.now());

  EXPECT_EQ(world.reorder.conversations(), 2U);
  EXPECT_EQ(world.reorder.counters().forgotten, 1U);
  world.take(2);
  EXPECT_THAT(world.out, ElementsAre(1, 1, 1, 2, 3));
}

TEST(Reorder, RatherRepeatsThanLosesWhenThereAreTooManyGaps) {
  ReorderWorld world{{.jump = 300ms, .hold = 300ms, .held = 10, .conversations = 2, .gaps = 2}};
  for (const std::uint64_t sequence : {10U, 20U, 30U, 40U}) {  // gaps 1-9, 11-19, 21-29, 31-39
    world.reorder.take(message_of(world.chat, sequence, 0), world.clock.now());
    world.pass(300ms);
  }

  world.take(5);
  world.take(25);

  EXPECT_THAT(world.out, ElementsAre(10, 20, 30, 40, 5, 25));
}

struct Arrival {
  std::int64_t at_ms;
  MessagePtr message;
};

// Some 180 messages sent 10 ms apart, some numbers burned, each arriving once or twice after a delay of 0 to `spread`.
std::vector<Arrival> random_arrivals(Rng& rng, std::uint64_t spread_ms, std::size_t& sent) {
  const ConversationPtr chat = pair_of(kAnn, kBob);
  std::vector<Arrival> arrivals;
  std::uint64_t previous = 0;
  for (std::uint64_t sequence = 1; sequence <= 200; ++sequence) {
    if (sequence > 1 && rng.below(10) == 0) {
      continue;
    }
    const MessagePtr message = message_of(chat, sequence, previous);
    previous = sequence;
    ++sent;
    const std::uint64_t copies = rng.below(4) == 0 ? 2 : 1;
    for (std::uint64_t copy = 0; copy < copies; ++copy) {
      // The first message comes at once: it is what the instance starts from.
      const std::uint64_t delay = sequence == 1 ? 0 : rng.below(spread_ms);
      arrivals.push_back({static_cast<std::int64_t>(sequence * 10 + delay), message});
    }
  }
  std::stable_sort(arrivals.begin(), arrivals.end(), [](const auto& a, const auto& b) { return a.at_ms < b.at_ms; });
  return arrivals;
}

std::vector<std::uint64_t> play(const std::vector<Arrival>& arrivals) {
  ReorderWorld world;
  std::int64_t now = 0;
  for (const Arrival& arrival : arrivals) {
    world.pass(std::chrono::milliseconds{arrival.at_ms - now});
    now = arrival.at_ms;
    world.reorder.take(arrival.message, world.clock.now());
  }
  world.pass(300ms);
  EXPECT_EQ(world.reorder.waiting(), 0U);
  return world.out;
}

TEST(Reorder, SendsInOrderAndOnceWhenDelaysAreShorterThanTheHold) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Rng rng{seed};
    std::size_t sent = 0;
    const std::vector<Arrival> arrivals = random_arrivals(rng, 290, sent);

    const std::vector<std::uint64_t> out = play(arrivals);

    ASSERT_EQ(out.size(), sent) << "seed " << seed;
    ASSERT_TRUE(std::is_sorted(out.begin(), out.end())) << "seed " << seed;
  }
}

TEST(Reorder, SendsEachOnceHoweverLateItComes) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Rng rng{seed};
    std::size_t sent = 0;
    const std::vector<Arrival> arrivals = random_arrivals(rng, 3'000, sent);

    const std::vector<std::uint64_t> out = play(arrivals);

    ASSERT_EQ(out.size(), sent) << "seed " << seed;
    ASSERT_EQ(std::set<std::uint64_t>(out.begin(), out.end()).size(), sent) << "seed " << seed;
  }
}

}  // namespace
}  // namespace plumbline::serve
