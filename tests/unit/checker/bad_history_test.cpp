// One hand-written history per anomaly; each must be rejected under its own name and no other fatal one.
#include <gtest/gtest.h>

#include "world.h"

namespace plumbline::checker {
namespace {

using std::chrono::seconds;

TEST(BadHistory, AckedLost) {
  World world;
  const Token kept = world.whole(0, 1);
  world.whole(1, 2);
  const Token never_shown = world.invoke(0);
  world.ack(never_shown, 3);
  for (DeviceIndex device = 0; device < 4; ++device) {
    world.checker.on_disconnected(device, world.now());
  }
  EXPECT_FALSE(world.final_read({{kept, 1}}));

  const CheckerReport report = world.checker.finish(true);

  EXPECT_EQ(found(report), (Names{{"acked-lost", 2}, {"vanished", 1}}));
  EXPECT_EQ(report.examples.at(0).message_id, "m-2");
  EXPECT_EQ(report.examples.at(0).text,
            "message 1 of device 1 in conversation 1, sequence id 2, was acknowledged and is absent from the final "
            "history");
}

TEST(BadHistory, AckedUndelivered) {
  World world;
  const Token token = world.invoke(0);
  world.ack(token, 1);
  world.final_read({{token, 1}});
  EXPECT_EQ(world.checker.open_deliveries(), 1U);

  const CheckerReport report = world.checker.finish(true);

  EXPECT_EQ(found(report), (Names{{"acked-undelivered", 1}}));
  EXPECT_EQ(report.examples.at(0).text,
            "message 1 of device 0 in conversation 1, sequence id 1, acknowledged at 1.008 s, never reached device "
            "0, 1, 2, 3");
}

TEST(BadHistory, AckedUndeliveredWhenADeviceLeavesLongAfter) {
  World world;
  const Token token = world.invoke(0);
  world.ack(token, 1);
  for (const DeviceIndex device : {0U, 1U, 2U}) {
    world.deliver(device, token, 1);
  }
  world.pass(seconds{6});
  world.checker.on_disconnected(3, world.now());
  world.final_read({{token, 1}});

  EXPECT_EQ(found(world.checker.finish(true)), (Names{{"acked-undelivered", 1}}));
}

TEST(BadHistory, TornFanout) {
  World world;
  const Token token = world.invoke(0);
  world.ack(token, 1);
  world.deliver(0, token, 1);
  world.deliver(2, token, 1);
  world.final_read({{token, 1}});

  const CheckerReport report = world.checker.finish(true);

  EXPECT_EQ(found(report), (Names{{"acked-undelivered", 1}, {"torn-fanout", 1}}));
  EXPECT_NE(report.examples.at(1).text.find("never reached device 1, 3; device 0, 2 got it"), std::string::npos);
}

TEST(BadHistory, AbortedReadOnADevice) {
  World world;
  const Token token = world.invoke(0);
  world.checker.on_failed(token, world.now());
  world.deliver_all(token, 1);
  world.final_read({{token, 1}});

  EXPECT_EQ(found(world.checker.finish(true)), (Names{{"aborted-read", 1}}));
}

TEST(BadHistory, AbortedReadWhenTheDeliveryComesBeforeTheRefusal) {
  World world;
  const Token token = world.invoke(0);
  world.deliver(1, token, 1);
  world.checker.on_failed(token, world.now());

  EXPECT_EQ(found(world.checker.finish(false)), (Names{{"aborted-read", 1}}));
}

TEST(BadHistory, AbortedReadInTheHistoryOnly) {
  World world;
  const Token token = world.invoke(0);
  world.checker.on_failed(token, world.now());
  world.final_read({{token, 1}});

  EXPECT_EQ(found(world.checker.finish(true)), (Names{{"aborted-read", 1}}));
}

TEST(BadHistory, PhantomOfAChangedText) {
  World world;
  const Token token = world.whole(0, 1);
  std::string text = encode_token(token, 100);
  text.back() = text.back() == 'x' ? 'y' : 'x';
  world.checker.on_delivery(1, {1, 2, "m-2", text}, world.now());

  const CheckerReport report = world.checker.finish(false);

  EXPECT_EQ(found(report), (Names{{"phantom", 1}}));
  EXPECT_EQ(report.examples.at(0).message_id, "m-2");
}

TEST(BadHistory, PhantomOfASendThatNeverWas) {
  World world;
  world.whole(0, 1);
  world.deliver(1, Token{kRun, 1, 0, 9, 5}, 2);
  world.deliver(1, Token{kRun + 1, 1, 0, 1, 5}, 3);

  EXPECT_EQ(found(world.checker.finish(false)), (Names{{"phantom", 2}}));
}

TEST(BadHistory, MisdeliveryToAStranger) {
  World world;
  const Token token = world.whole(0, 1);
  EXPECT_EQ(world.deliver(5, token, 1), std::nullopt);

  EXPECT_EQ(found(world.checker.finish(false)), (Names{{"misdelivery", 1}}));
}

TEST(BadHistory, MisdeliveryUnderAnotherConversation) {
  World world;
  const Token token = world.whole(0, 1);
  const std::string text = encode_token(token, 100);
  world.checker.on_delivery(4, {2, 1, "m-1", text}, world.now());

  EXPECT_EQ(found(world.checker.finish(false)), (Names{{"misdelivery", 1}}));
}

TEST(BadHistory, VanishedAfterItWasShown) {
  World world;
  const Token token = world.invoke(0);
  world.checker.on_unknown(token, world.now());
  world.deliver_all(token, 1);
  world.final_read({});

  EXPECT_EQ(found(world.checker.finish(true)), (Names{{"indeterminate-committed", 1}, {"vanished", 1}}));
}

TEST(BadHistory, IsNoVerdictWhileAReadMayStillBringWhatWasShown) {
  World world;
  const Token token = world.invoke(0);
  world.checker.on_unknown(token, world.now());
  world.deliver_all(token, 1);
  EXPECT_FALSE(world.final_read({}));  // a server that is behind: read again
  EXPECT_TRUE(world.final_read({{token, 1}}));

  EXPECT_EQ(found(world.checker.finish(true)), (Names{{"indeterminate-committed", 1}}));
}

TEST(BadHistory, DuplicateEntityUnderTwoSequenceIds) {
  World world;
  const Token token = world.whole(0, 1);
  EXPECT_TRUE(world.final_read({{token, 1}, {token, 2}}));

  EXPECT_EQ(found(world.checker.finish(true)), (Names{{"duplicate-entity", 1}}));
}

TEST(BadHistory, DuplicateEntityStandingTwiceInTheHistory) {
  World world;
  const Token token = world.whole(0, 1);
  world.final_read({{token, 1}, {token, 1}});

  EXPECT_EQ(found(world.checker.finish(true)), (Names{{"duplicate-entity", 1}}));
}

TEST(BadHistory, DuplicateEntityPushedUnderASecondSequenceId) {
  World world;
  const Token token = world.whole(0, 1);
  world.deliver(1, token, 2);

  EXPECT_EQ(found(world.checker.finish(false)), (Names{{"duplicate-entity", 1}}));
}

TEST(BadHistory, VisibleDuplicate) {
  World world;
  const Token token = world.whole(0, 1);
  EXPECT_EQ(world.deliver(2, token, 1), std::nullopt);

  const CheckerReport report = world.checker.finish(false);

  EXPECT_EQ(found(report), (Names{{"visible-duplicate", 1}}));
  EXPECT_EQ(report.deliveries, 4U);
}

TEST(BadHistory, VisibleDuplicateOnALaterConnection) {
  World world;
  const Token token = world.whole(0, 1);
  world.checker.on_disconnected(2, world.now());
  world.checker.on_connected(2, world.now());
  world.deliver(2, token, 1);
  world.deliver(2, token, 1);

  EXPECT_EQ(found(world.checker.finish(false)), (Names{{"resume-overlap", 1}, {"visible-duplicate", 1}}));
}

TEST(BadHistory, VisibleDuplicateOfAnOldMessage) {
  World world;
  const Token old = world.whole(0, 1);
  for (std::uint64_t id = 2; id <= 700; ++id) {
    world.whole(0, id);
  }
  world.deliver(3, old, 1);

  EXPECT_EQ(found(world.checker.finish(false)), (Names{{"visible-duplicate", 1}}));
}

TEST(BadHistory, IdempotencyBreak) {
  World world;
  const Token token = world.whole(0, 1);
  world.ack(token, 2);

  EXPECT_EQ(found(world.checker.finish(false)), (Names{{"idempotency-break", 1}}));
}

TEST(BadHistory, SequenceReuse) {
  World world;
  world.whole(0, 1);
  const Token second = world.invoke(1);
  world.checker.on_acked(second, 1, "m-other", world.now());
  world.deliver_as(1, second, 1, "m-other");

  const CheckerReport report = world.checker.finish(false);

  EXPECT_EQ(found(report), (Names{{"sequence-reuse", 1}}));
  EXPECT_EQ(report.examples.at(0).text,
            "conversation 1, sequence id 1 was given to m-1 (message 1 of device 0) and to m-other (message 1 of "
            "device 1)");
}

TEST(BadHistory, SequenceReuseLosesOneOfTheTwo) {
  World world;
  const Token first = world.whole(0, 1);
  const Token second = world.invoke(1);
  world.ack(second, 1);
  world.final_read({{first, 1}});

  EXPECT_EQ(found(world.checker.finish(true)), (Names{{"acked-lost", 1}, {"sequence-reuse", 1}}));
}

TEST(BadHistory, AckMismatchOfTheSequenceId) {
  World world;
  const Token token = world.invoke(0);
  world.ack(token, 7);
  world.deliver_all(token, 1);
  world.final_read({{token, 1}});

  EXPECT_EQ(found(world.checker.finish(true)).at("ack-mismatch"), 1U);
}

TEST(BadHistory, AckMismatchAfterTheDelivery) {
  World world;
  const Token token = world.invoke(0);
  world.deliver_all(token, 1);
  world.ack(token, 7);

  EXPECT_EQ(found(world.checker.finish(false)), (Names{{"ack-mismatch", 1}}));
}

TEST(BadHistory, AckMismatchOfTheMessageId) {
  World world;
  const Token token = world.invoke(0);
  world.ack(token, 1);
  for (DeviceIndex device = 0; device < 4; ++device) {
    world.deliver_as(device, token, 1, "m-else");
  }

  EXPECT_EQ(found(world.checker.finish(false)), (Names{{"ack-mismatch", 1}}));
}

TEST(BadHistory, AckMismatchWithTheHistoryOnly) {
  World world;
  const Token token = world.whole(0, 1);
  world.final_read({{token, 4}});

  EXPECT_EQ(found(world.checker.finish(true)), (Names{{"ack-mismatch", 1}}));
}

TEST(BadHistory, AckMismatchWhenTheSequenceIdIsImpossible) {
  World world;
  const Token token = world.invoke(0);
  world.deliver(1, token, 0);
  world.deliver(1, token, ~std::uint64_t{0});

  EXPECT_EQ(found(world.checker.finish(false)), (Names{{"ack-mismatch", 2}}));
}

TEST(BadHistory, RealTimeInversion) {
  World world;
  world.whole(0, 5);
  const Token later = world.invoke(1);
  world.ack(later, 4);

  const CheckerReport report = world.checker.finish(false);

  EXPECT_EQ(found(report).at("real-time-inversion"), 1U);
  EXPECT_EQ(report.examples.at(report.examples.size() - 1).text,
            "message 1 of device 1 in conversation 1 got sequence id 4, although 5 had been acknowledged or shown "
            "before it was sent at 1.013 s");
}

TEST(BadHistory, PushInversion) {
  World world;
  const Token a = world.invoke(0);
  const Token b = world.invoke(1);
  world.ack(a, 1);
  world.ack(b, 2);
  for (const DeviceIndex device : {0U, 1U, 2U}) {
    world.deliver(device, a, 1);
    world.deliver(device, b, 2);
  }
  world.deliver(3, b, 2);
  world.deliver(3, a, 1);

  const CheckerReport report = world.checker.finish(false);

  EXPECT_EQ(found(report), (Names{{"push-inversion", 1}}));
  EXPECT_EQ(report.deliveries, 8U);
}

TEST(BadHistory, PushInversionOfTheHistory) {
  World world;
  const Token a = world.whole(0, 1);
  const Token b = world.whole(0, 2);
  world.final_read({{b, 2}, {a, 1}});

  EXPECT_EQ(found(world.checker.finish(true)), (Names{{"push-inversion", 1}}));
}

TEST(BadHistory, SequenceGapIsCountedNotJudged) {
  World world;
  const Token a = world.whole(0, 1);
  const Token b = world.whole(0, 5);
  world.final_read({{a, 1}, {b, 5}});

  const CheckerReport report = world.checker.finish(true);

  EXPECT_EQ(found(report), (Names{{"sequence-gap", 3}}));
  EXPECT_EQ(report.examples.size(), 1U);
}

TEST(BadHistory, StaleReadOfOnesOwnMessage) {
  World world;
  world.whole(0, 1);
  const ReadTicket ticket = world.checker.begin_read(1, 0, world.now());
  world.checker.end_read(ticket, 0, world.now());

  EXPECT_EQ(found(world.checker.finish(false)), (Names{{"stale-read", 1}}));
}

TEST(BadHistory, StaleReadOfOthersAfterTheLag) {
  World world;
  world.whole(0, 1);
  world.pass(seconds{2});
  const ReadTicket ticket = world.checker.begin_read(1, 2, world.now());
  world.checker.end_read(ticket, 0, world.now());

  EXPECT_EQ(found(world.checker.finish(false)), (Names{{"stale-read", 1}}));
}

TEST(BadHistory, ReadShowsAPhantom) {
  World world;
  const ReadTicket ticket = world.checker.begin_read(1, 0, world.now());
  world.checker.on_read(ticket, {1, 1, "m-1", "hello"});

  EXPECT_EQ(found(world.checker.finish(false)), (Names{{"phantom", 1}}));
}

}  // namespace
}  // namespace plumbline::checker
