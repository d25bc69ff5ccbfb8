// Hand-written histories as faults make them: devices that come back, messages in flight when it struck, neighbours.
#include <gtest/gtest.h>

#include "world.h"

namespace plumbline::checker {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

CheckerLimits resuming() {
  CheckerLimits limits;
  limits.resumes = true;
  return limits;
}

// Device 3 is away while message 2 is sent and acknowledged.
Token sent_while_away(World& world) {
  world.whole(0, 1);
  world.checker.on_disconnected(3, world.now());
  const Token token = world.invoke(0);
  world.ack(token, 2);
  for (const DeviceIndex device : {0U, 1U, 2U}) {
    world.deliver(device, token, 2);
  }
  return token;
}

TEST(FaultHistory, ADeviceThatWasAwayIsOwedWhatItMissed) {
  World world{resuming()};
  const Token first{kRun, 1, 0, 1, 5};
  const Token token = sent_while_away(world);
  EXPECT_EQ(world.checker.open_deliveries(), 1U);
  world.checker.on_connected(3, world.now());
  world.deliver(3, token, 2);
  EXPECT_EQ(world.checker.open_deliveries(), 0U);
  world.final_read({{first, 1}, {token, 2}});

  const CheckerReport report = world.checker.finish(true);

  EXPECT_EQ(found(report), Names{});
  EXPECT_EQ(report.missed_deliveries, 1U);
}

TEST(FaultHistory, NamesTheDeviceThatCameBackAndNeverGotIt) {
  World world{resuming()};
  const Token first{kRun, 1, 0, 1, 5};
  const Token token = sent_while_away(world);
  world.checker.on_connected(3, world.now());
  world.final_read({{first, 1}, {token, 2}});

  const CheckerReport report = world.checker.finish(true);

  EXPECT_EQ(found(report), (Names{{"acked-undelivered", 1}}));
  EXPECT_EQ(report.examples.at(0).text,
            "message 2 of device 0 in conversation 1, sequence id 2, acknowledged at 1.015 s: device 3 was away, came "
            "back at 1.019 s and never got it");
}

TEST(FaultHistory, ADeviceThatLeavesRightAfterTheAckIsOwedItOnItsReturn) {
  World world{resuming()};
  const Token token = world.invoke(0);
  world.ack(token, 1);
  for (const DeviceIndex device : {0U, 1U, 2U}) {
    world.deliver(device, token, 1);
  }
  world.checker.on_disconnected(3, world.now());
  EXPECT_EQ(world.checker.open_deliveries(), 1U);
  world.checker.on_connected(3, world.now());
  world.final_read({{token, 1}});

  EXPECT_EQ(found(world.checker.finish(true)), (Names{{"acked-undelivered", 1}}));
}

// A server under load may be later than the grace, and cut the connection before it has caught up.
TEST(FaultHistory, AMessageOfAnOverloadedServerIsLateNotUndelivered) {
  World world{resuming()};
  const Token token = world.invoke(0);
  world.ack(token, 1);
  for (const DeviceIndex device : {0U, 1U, 2U}) {
    world.deliver(device, token, 1);
  }
  world.pass(seconds{6});
  world.checker.on_disconnected(3, world.now());
  EXPECT_EQ(world.checker.open_deliveries(), 1U);
  world.checker.on_connected(3, world.now());
  world.deliver(3, token, 1);
  EXPECT_EQ(world.checker.open_deliveries(), 0U);
  world.final_read({{token, 1}});

  EXPECT_EQ(found(world.checker.finish(true)), Names{});
}

TEST(FaultHistory, AnOverdueMessageIsOwedToADeviceThatStaysAwayToo) {
  World world{resuming()};
  const Token token = world.invoke(0);
  world.ack(token, 1);
  for (const DeviceIndex device : {0U, 1U, 2U}) {
    world.deliver(device, token, 1);
  }
  world.pass(seconds{6});
  world.checker.on_disconnected(3, world.now());
  world.final_read({{token, 1}});

  const CheckerReport report = world.checker.finish(true);

  EXPECT_EQ(found(report), (Names{{"acked-undelivered", 1}}));
  EXPECT_EQ(report.examples.at(0).text,
            "message 1 of device 0 in conversation 1, sequence id 1, acknowledged at 1.008 s: device 3 stayed "
            "connected until 7.012 s and never got it");
}

TEST(FaultHistory, WhatALaterMessageOvertookIsUndeliveredAlsoWhenItComesBackWithTheDevice) {
  World world{resuming()};
  const Token token = world.invoke(0);
  world.ack(token, 1);
  for (const DeviceIndex device : {0U, 1U, 2U}) {
    world.deliver(device, token, 1);
  }
  const Token later = world.whole(0, 2);
  world.pass(seconds{6});
  world.checker.on_disconnected(3, world.now());
  world.checker.on_connected(3, world.now());
  world.deliver(3, token, 1);
  world.final_read({{token, 1}, {later, 2}});

  EXPECT_EQ(found(world.checker.finish(true)), (Names{{"acked-undelivered", 1}}));
}

TEST(FaultHistory, ALostMessageIsNotCalledUndeliveredAsWell) {
  World world{resuming()};
  const Token first{kRun, 1, 0, 1, 5};
  sent_while_away(world);
  world.checker.on_connected(3, world.now());
  world.final_read({{first, 1}});

  EXPECT_EQ(found(world.checker.finish(true)), (Names{{"acked-lost", 1}, {"vanished", 1}}));
}

TEST(FaultHistory, NobodyIsOwedAnythingByATargetThatDoesNotResume) {
  World world;
  const Token first{kRun, 1, 0, 1, 5};
  const Token token = sent_while_away(world);
  world.checker.on_connected(3, world.now());
  world.final_read({{first, 1}, {token, 2}});

  EXPECT_EQ(found(world.checker.finish(true)), Names{});
}

TEST(FaultHistory, AnUnboundedBacklogMakesTheRunUnknown) {
  CheckerLimits limits = resuming();
  limits.max_missed = 2;
  World world{limits};
  world.checker.on_disconnected(3, world.now());
  for (std::uint64_t id = 1; id <= 3; ++id) {
    world.ack(world.invoke(0), id);
  }

  EXPECT_TRUE(world.checker.finish(false).overflowed);
}

TEST(FaultHistory, SaysHowLongMessagesWereOverdue) {
  World world{resuming()};
  std::vector<std::pair<std::int64_t, std::int64_t>> waits;
  world.checker.on_waited([&](Time from, Time to) {
    waits.emplace_back(from.time_since_epoch() / milliseconds{1}, to.time_since_epoch() / milliseconds{1});
  });
  const Token token = sent_while_away(world);
  world.pass(seconds{2});
  world.checker.on_connected(3, world.now());
  const std::int64_t back = world.tick;
  world.pass(milliseconds{300});
  world.deliver(3, token, 2);

  ASSERT_EQ(waits.size(), 3U);
  EXPECT_EQ(waits[2].first, back);  // not from the ack: nobody can push to a device that is away
  EXPECT_EQ(waits[2].second, back + 301);
}

TEST(FaultHistory, WhatIsKnownByItsDeliveryCannotBeNumberedAfterALaterSend) {
  World world;
  const Token slow = world.invoke(0);
  world.deliver(1, slow, 5);
  const Token late = world.invoke(1);
  world.ack(late, 4);

  EXPECT_EQ(found(world.checker.finish(false))["real-time-inversion"], 1U);
}

TEST(FaultHistory, WatchesWhatWasAcknowledgedRightBeforeAFault) {
  World world;
  const Token early = world.whole(0, 1);
  world.pass(milliseconds{100});
  const Token kept = world.whole(0, 2);
  world.whole(0, 3);
  world.checker.on_fault(world.now());
  world.final_read({{early, 1}, {kept, 2}});

  const CheckerReport report = world.checker.finish(true);

  EXPECT_EQ(report.at_risk, 2U);
  EXPECT_EQ(found(report), (Names{{"acked-lost", 1}, {"vanished", 1}, {"false-ack", 1}}));
}

TEST(FaultHistory, ShowsTheNeighboursOfAFinding) {
  World world;
  const Token first = world.whole(0, 1);
  world.whole(1, 2);
  const Token last = world.whole(0, 3);
  world.final_read({{first, 1}, {last, 3}});

  const CheckerReport report = world.checker.finish(true);

  ASSERT_EQ(report.examples.at(0).neighbours.size(), 3U);
  EXPECT_EQ(report.examples.at(0).neighbours[0],
            "1   message 1 of device 0   sent 1.007 s   acknowledged 1.008 s   in the history   m-1");
  EXPECT_EQ(report.examples.at(0).neighbours[1],
            "2   message 1 of device 1   sent 1.013 s   acknowledged 1.014 s   not in the history   m-2");
}

}  // namespace
}  // namespace plumbline::checker
