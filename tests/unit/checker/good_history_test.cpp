// Histories in which nothing is wrong, however odd they look: a false alarm is a defect.
#include <gtest/gtest.h>

#include "world.h"

namespace plumbline::checker {
namespace {

using std::chrono::seconds;

TEST(GoodHistory, CountsEveryConnectedMemberDeviceTheSendersIncluded) {
  World world;
  const Token token = world.whole(0, 1);
  EXPECT_TRUE(world.final_read({{token, 1}}));

  const CheckerReport report = world.checker.finish(true);

  EXPECT_EQ(found(report), Names{});
  EXPECT_EQ(report.sent, 1U);
  EXPECT_EQ(report.acked, 1U);
  EXPECT_EQ(report.expected_deliveries, 4U);
  EXPECT_EQ(report.deliveries, 4U);
  EXPECT_FALSE(report.overflowed);
}

TEST(GoodHistory, DeliveriesMayComeBeforeTheAck) {
  World world;
  const Token token = world.invoke(0);
  world.deliver_all(token, 1);
  world.ack(token, 1);

  EXPECT_EQ(world.checker.open_deliveries(), 0U);
  ASSERT_EQ(world.completed.size(), 1U);
  EXPECT_TRUE(world.final_read({{token, 1}}));
  EXPECT_EQ(found(world.checker.finish(true)), Names{});
}

TEST(GoodHistory, CompletesAtTheLastReceiver) {
  World world;
  const Token token = world.invoke(0);
  world.deliver(0, token, 1);
  world.ack(token, 1);
  EXPECT_EQ(world.checker.open_deliveries(), 1U);
  world.deliver(1, token, 1);
  world.deliver(2, token, 1);
  EXPECT_TRUE(world.completed.empty());

  world.deliver(3, token, 1);

  ASSERT_EQ(world.completed.size(), 1U);
  EXPECT_EQ(world.completed.at(0).first, token);
  EXPECT_EQ(world.completed.at(0).second, Time{} + std::chrono::milliseconds{world.tick});
  EXPECT_EQ(world.checker.open_deliveries(), 0U);
}

TEST(GoodHistory, ReturnsTheTokenOnFirstSightOnly) {
  World world;
  const Token token = world.invoke(0);
  world.ack(token, 1);

  EXPECT_EQ(world.deliver(1, token, 1), token);
  world.checker.on_disconnected(1, world.now());
  world.checker.on_connected(1, world.now());
  EXPECT_EQ(world.deliver(1, token, 1), std::nullopt);
}

TEST(GoodHistory, RedeliveryOnANewConnectionIsTheClientsToDrop) {
  World world;
  std::vector<std::pair<Token, std::uint64_t>> history;
  for (std::uint64_t id = 1; id <= 5; ++id) {
    history.emplace_back(world.whole(0, id), id);
  }
  world.checker.on_disconnected(1, world.now());
  world.checker.on_connected(1, world.now());
  for (const auto& [token, id] : history) {
    world.deliver(1, token, id);
  }
  world.final_read(history);

  const CheckerReport report = world.checker.finish(true);

  EXPECT_EQ(found(report), (Names{{"resume-overlap", 5}}));
  EXPECT_EQ(world.checker.grave_so_far(), 0U);
  EXPECT_EQ(report.deliveries, 20U);
}

TEST(GoodHistory, FlushAfterReconnectIsFirstSightAndMayFollowLiveMessagesOfOtherConversations) {
  World world;
  const Token before = world.whole(0, 1);
  world.checker.on_disconnected(3, world.now());
  const Token away = world.invoke(0);
  world.ack(away, 2);
  for (const DeviceIndex device : {0U, 1U, 2U}) {
    world.deliver(device, away, 2);
  }
  EXPECT_EQ(world.checker.open_deliveries(), 0U);
  world.checker.on_connected(3, world.now());
  EXPECT_EQ(world.deliver(3, away, 2), away);
  const Token live = world.whole(1, 3);
  world.final_read({{before, 1}, {away, 2}, {live, 3}});

  const CheckerReport report = world.checker.finish(true);

  EXPECT_EQ(found(report), Names{});
  EXPECT_EQ(report.expected_deliveries, 11U);
  EXPECT_EQ(report.deliveries, 12U);
}

TEST(GoodHistory, DeviceThatConnectsBetweenSendAndAckMayGetItOrNot) {
  for (const bool gets_it : {false, true}) {
    World world;
    world.checker.on_disconnected(3, world.now());
    const Token token = world.invoke(0);
    world.checker.on_connected(3, world.now());
    world.ack(token, 1);
    for (const DeviceIndex device : {0U, 1U, 2U}) {
      world.deliver(device, token, 1);
    }
    EXPECT_EQ(world.checker.open_deliveries(), 0U);
    if (gets_it) {
      EXPECT_EQ(world.deliver(3, token, 1), token);
    }
    world.final_read({{token, 1}});

    const CheckerReport report = world.checker.finish(true);

    EXPECT_EQ(found(report), Names{}) << gets_it;
    EXPECT_EQ(report.expected_deliveries, 3U);
  }
}

TEST(GoodHistory, DeviceThatLeavesBetweenSendAndAckIsNotExpected) {
  World world;
  const Token token = world.invoke(0);
  world.checker.on_disconnected(3, world.now());
  world.ack(token, 1);
  for (const DeviceIndex device : {0U, 1U, 2U}) {
    world.deliver(device, token, 1);
  }
  world.final_read({{token, 1}});

  EXPECT_EQ(world.checker.finish(true).expected_deliveries, 3U);
}

TEST(GoodHistory, DeviceThatLeavesRightAfterTheAckIsExcused) {
  World world;
  const Token token = world.invoke(0);
  world.ack(token, 1);
  for (const DeviceIndex device : {0U, 1U, 2U}) {
    world.deliver(device, token, 1);
  }
  world.checker.on_disconnected(3, world.now());
  EXPECT_EQ(world.checker.open_deliveries(), 0U);
  world.final_read({{token, 1}});

  const CheckerReport report = world.checker.finish(true);

  EXPECT_EQ(found(report), Names{});
  EXPECT_EQ(report.excused_deliveries, 1U);
}

TEST(GoodHistory, SelfConversationOfOneDevice) {
  World world;
  world.checker.add_conversation(3, {0});
  const Token token = world.invoke(0, 3);
  world.deliver(0, token, 1);
  world.ack(token, 1);

  EXPECT_TRUE(world.final_read({{token, 1}}, 3));
  EXPECT_EQ(found(world.checker.finish(true)), Names{});
}

TEST(GoodHistory, UnknownOutcomeMayBeStoredOrNot) {
  World world;
  const Token stored = world.invoke(0);
  world.checker.on_unknown(stored, world.now());
  world.deliver_all(stored, 1);
  const Token gone = world.invoke(0);
  world.checker.on_unknown(gone, world.now());
  const Token early = world.invoke(1);
  world.deliver_all(early, 3);
  world.checker.on_unknown(early, world.now());
  EXPECT_TRUE(world.final_read({{stored, 1}, {early, 3}}));

  const CheckerReport report = world.checker.finish(true);

  EXPECT_EQ(found(report), (Names{{"indeterminate-committed", 2}, {"sequence-gap", 1}}));
  EXPECT_EQ(report.unknown, 3U);
}

TEST(GoodHistory, UnknownResolvedByARetryCountsAsAcknowledged) {
  World world;
  const Token token = world.invoke(0);
  world.checker.on_unknown(token, world.now());
  world.ack(token, 1);
  world.deliver_all(token, 1);
  world.ack(token, 1);  // the same answer once more
  world.final_read({{token, 1}});

  const CheckerReport report = world.checker.finish(true);

  EXPECT_EQ(found(report), Names{});
  EXPECT_EQ(report.unknown, 0U);
  EXPECT_EQ(report.acked, 1U);
}

TEST(GoodHistory, RefusedSendThatStaysInvisible) {
  World world;
  const Token token = world.invoke(0);
  world.checker.on_failed(token, world.now());
  world.final_read({});

  const CheckerReport report = world.checker.finish(true);

  EXPECT_EQ(found(report), Names{});
  EXPECT_EQ(report.failed, 1U);
}

TEST(GoodHistory, ConcurrentSendsMayBeNumberedEitherWay) {
  World world;
  const Token a = world.invoke(0);
  const Token b = world.invoke(1);
  world.ack(a, 2);
  world.ack(b, 1);
  world.deliver_all(b, 1);
  world.deliver_all(a, 2);
  world.final_read({{b, 1}, {a, 2}});

  EXPECT_EQ(found(world.checker.finish(true)), Names{});
}

TEST(GoodHistory, AckWithoutASequenceIdLearnsItFromTheDelivery) {
  World world;
  const Token token = world.invoke(0);
  world.checker.on_acked(token, 0, "", world.now());
  world.deliver_all(token, 1);
  EXPECT_EQ(world.checker.open_deliveries(), 0U);
  EXPECT_TRUE(world.final_read({{token, 1}}));

  EXPECT_EQ(found(world.checker.finish(true)), Names{});
}

TEST(GoodHistory, ConversationThatExistedBeforeTheRun) {
  World world;
  std::vector<std::pair<Token, std::uint64_t>> history;
  for (std::uint64_t id = 1'000'001; id <= 1'000'600; ++id) {
    history.emplace_back(world.whole(0, id), id);
  }

  EXPECT_TRUE(world.final_read(history));
  EXPECT_EQ(found(world.checker.finish(true)), Names{});
}

TEST(GoodHistory, UnknownSendStoredAfterTheFinalReadHasNotVanished) {
  World world;
  const Token token = world.invoke(0);
  world.checker.on_unknown(token, world.now());
  world.final_read({});
  world.deliver_all(token, 1);

  EXPECT_EQ(found(world.checker.finish(true)), (Names{{"indeterminate-committed", 1}}));
}

TEST(GoodHistory, ASecondFinalReadThatFindsEverythingCounts) {
  World world;
  const Token token = world.whole(0, 1);
  EXPECT_FALSE(world.final_read({}));
  EXPECT_TRUE(world.final_read({{token, 1}}));

  EXPECT_EQ(found(world.checker.finish(true)), Names{});
}

TEST(GoodHistory, FreshReadsAreNotStale) {
  World world;
  world.whole(0, 1);
  const ReadTicket own = world.checker.begin_read(1, 0, world.now());
  EXPECT_EQ(own.floor, 1U);
  const ReadTicket other = world.checker.begin_read(1, 2, world.now());
  EXPECT_EQ(other.floor, 0U);  // others may lag a second
  world.checker.end_read(own, 1, world.now());
  world.checker.end_read(other, 0, world.now());
  world.pass(seconds{2});
  EXPECT_EQ(world.checker.begin_read(1, 2, world.now()).floor, 1U);

  EXPECT_EQ(found(world.checker.finish(false)), Names{});
}

TEST(GoodHistory, SendCutOffByTheEndOfTheRunIsUnknown) {
  World world;
  world.invoke(0);

  const CheckerReport report = world.checker.finish(false);

  EXPECT_EQ(report.unknown, 1U);
  EXPECT_EQ(found(report), Names{});
}

}  // namespace
}  // namespace plumbline::checker
