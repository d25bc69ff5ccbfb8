// What the log and the direct tail bring is remembered, put in order and seen once.
#include "delivery/fan_out.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/memory_message_store.h"
#include "store/memory_notice_store.h"
#include "store/owner_shard.h"
#include "unit/consumer/messages.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;
using test::kAnn;
using test::kBob;
using test::message_of;
using test::pair_of;
using testing::ElementsAre;

// Without devices: what would be delivered is what `seen` is told.
struct World {
  net::ShardPool pool{2};
  ManualClock clock;
  StoredPositions positions;
  Partitions<RecentMessages> recent{pool, [this](std::size_t) {
                                      return std::make_unique<RecentMessages>(positions, RecentLimits{});
                                    }};
  Deliveries deliveries{pool, [this](std::size_t shard) {
                          return std::make_unique<Delivery>(shard, clock);
                        }};
  ConversationPartitions conversations{pool};
  Partitions<NoticeTable> kept{pool};
  MemoryMessageStore messages{conversations, 0};
  MemoryConversationStore opened{conversations, 0};
  MemoryNoticeStore notices{kept, 0};
  FanOut fan_out{pool, recent, clock};
  ConversationPtr chat = pair_of(kAnn, kBob);
  std::vector<std::uint64_t> seen;

  World() {
    for (std::size_t shard = 0; shard < 2; ++shard) {
      deliveries.at(shard).wire(deliveries, messages, notices);
      fan_out.wire(shard, messages, deliveries.at(shard),
                   [this](const Message& message) { seen.push_back(message.sequence); });
    }
  }
  void run() {
    for (bool busy = true; busy;) {
      busy = false;
      for (std::size_t shard = 0; shard < pool.size(); ++shard) {
        pool.context(shard).restart();
        busy = pool.context(shard).poll() > 0 || busy;
      }
    }
  }
  void log(std::uint64_t sequence) {
    fan_out.take(message_of(chat, sequence), {0, static_cast<std::int64_t>(sequence)});
    run();
  }
  void direct(std::uint64_t sequence) {
    fan_out.take_stored(message_of(chat, sequence));
    run();
  }
  void store(std::uint64_t sequence) {
    opened.open(*chat, [](const auto&) {});
    run();
    messages.append(message_of(chat, sequence), [](const auto&) {});
    run();
  }
  double dropped_attempts() {
    double all = 0;
    for (std::size_t shard = 0; shard < 2; ++shard) {
      for (const Metric& metric : fan_out.metrics(shard)) {
        all += metric.name == "plumbline_fanout_second_attempts_total" ? metric.value : 0;
      }
    }
    return all;
  }
  void pass(Duration time) {
    clock.advance(time);
    fan_out.tick(0, clock.now());
    fan_out.tick(1, clock.now());
    run();
  }
};

TEST(FanOut, BringsMessagesOfBothWaysInOrderAndOnce) {
  World world;
  world.log(1);
  world.direct(3);

  world.log(2);
  world.log(3);
  world.direct(2);

  EXPECT_THAT(world.seen, ElementsAre(1, 2, 3));
}

TEST(FanOut, RemembersWhatTheStoreMayNotHave) {
  World world;

  world.log(1);
  world.direct(2);

  RecentMessages& owner = world.recent.at(owner_shard(world.chat->key, 2));
  EXPECT_EQ(owner.size(), 2U);
  EXPECT_EQ(owner.unstored(), 1U);
}

TEST(FanOut, WaitsForASendThatComesPastTheLog) {
  World world;
  world.log(1);
  world.direct(3);

  world.pass(1100ms);
  EXPECT_THAT(world.seen, ElementsAre(1));
  world.direct(2);

  EXPECT_THAT(world.seen, ElementsAre(1, 2, 3));
}

TEST(FanOut, DropsCopiesOfWhatWasThereBeforeTheStart) {
  World world;
  world.fan_out.take_known(message_of(world.chat, 4));
  world.run();
  world.seen.clear();

  world.log(4);
  world.log(5);

  EXPECT_THAT(world.seen, ElementsAre(5));
}

TEST(FanOut, WaitsOnlyAMomentForWhatWasStoredBeforeTheStart) {
  World world;
  world.store(1);

  world.log(2);
  world.pass(249ms);
  EXPECT_THAT(world.seen, ElementsAre());
  world.pass(1ms);

  EXPECT_THAT(world.seen, ElementsAre(2));
}

void expect_that_the_second_waits_for_the_first(World& world) {
  world.log(2);
  world.pass(500ms);
  EXPECT_THAT(world.seen, ElementsAre());
  world.direct(1);

  EXPECT_THAT(world.seen, ElementsAre(1, 2));
}

TEST(FanOut, WaitsForTheOneBeforeTheFirstMessageSeenWhenItWasSentSinceTheStart) {
  World world;
  world.fan_out.complete_from(0);
  world.store(1);  // committed past the log; the tail looks again in a moment

  expect_that_the_second_waits_for_the_first(world);
}

TEST(FanOut, WaitsLongerForTheOneBeforeTheFirstMessageSeenWhenTheStoreHasItNot) {
  World world;

  expect_that_the_second_waits_for_the_first(world);
}

TEST(FanOut, GivesDevicesOneOfTwoAttemptsAtAMessage) {
  World world;
  world.log(1);
  world.fan_out.take(message_of(world.chat, 2, 1, 9), {0, 2});
  world.run();

  world.fan_out.take(message_of(world.chat, 3, 2, 9), {0, 3});
  world.run();
  world.log(4);

  EXPECT_EQ(world.dropped_attempts(), 1.0);
  EXPECT_THAT(world.seen, ElementsAre(1, 2, 3, 4)) << "the number 3 is gone, and nobody waits for it";
}

}  // namespace
}  // namespace plumbline::serve
