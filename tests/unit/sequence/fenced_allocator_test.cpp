// Numbers come from the service that counts, in order, or not at all within bounds.
#include "backplane/fenced/fenced_sequence_allocator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fence_services.h"

namespace plumbline::serve {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const ConversationKey kChat = ConversationKey::pair({1, 1}, {2, 2});

struct AllocatorWorld {
  explicit AllocatorWorld(const AllocatorOptions& options = {})
      : allocator(postgres, redis, clock, options, [this] { ++reconnects; }) {
    count_on_redis(1);
  }

  void count_on_redis(std::int64_t epoch) {
    allocator.set_view({epoch, CountingMode::redis, "run-1", clock.now(), clock.now() + 1h});
  }
  void ask(const ConversationKey& key = kChat) {
    allocator.next(key, [this](const Result<Allocation>& got) {
      if (got.has_value()) {
        numbers.push_back(got.value().sequence);
      } else {
        errors.push_back(got.error().code);
      }
    });
  }
  void pass(Duration time) {
    clock.advance(time);
    allocator.tick(clock.now());
  }

  test::FenceDatabase database;
  test::FenceSession postgres{database};
  test::FenceRedis redis;
  ManualClock clock;
  int reconnects{0};
  FencedSequenceAllocator allocator;
  std::vector<std::uint64_t> numbers;
  std::vector<Errc> errors;
};

TEST(FencedAllocator, CountsOnRedisInsideABlockOfPostgres) {
  AllocatorWorld world;

  world.ask();
  world.ask();

  EXPECT_THAT(world.numbers, ElementsAre(1, 2));
  EXPECT_EQ(world.database.leases.at(kChat.text()).hi, AllocatorOptions{}.block);
}

TEST(FencedAllocator, NeedsPostgresOnlyForTheFirstNumberOfAConversation) {
  AllocatorWorld world;
  world.ask();
  world.database.away = true;

  world.ask();
  world.ask(ConversationKey::pair({1, 1}, {3, 3}));
  world.pass(AllocatorOptions{}.patience);

  EXPECT_THAT(world.numbers, ElementsAre(1, 2));
  EXPECT_THAT(world.errors, ElementsAre(Errc::unavailable));
}

TEST(FencedAllocator, GoesOnBehindTheBlockInTheNextEpoch) {
  AllocatorWorld world;
  world.ask();

  world.count_on_redis(2);
  world.ask();

  EXPECT_THAT(world.numbers, ElementsAre(1, AllocatorOptions{}.block + 1));
}

TEST(FencedAllocator, TakesNumbersFromPostgresInItsMode) {
  AllocatorWorld world;
  world.ask();
  world.redis.away = true;

  world.allocator.set_view({2, CountingMode::postgres, "", world.clock.now(), {}});
  world.ask();
  world.ask();

  EXPECT_THAT(world.numbers, ElementsAre(1, AllocatorOptions{}.block + 1, AllocatorOptions{}.block + 2));
  EXPECT_EQ(world.allocator.counters().by_postgres, 2U);
}

TEST(FencedAllocator, HandsOutNothingOutsideOfTheLease) {
  AllocatorWorld world;
  world.ask();
  world.allocator.set_view({1, CountingMode::redis, "run-1", {}, world.clock.now()});

  world.ask();
  world.pass(500ms);
  EXPECT_THAT(world.numbers, ElementsAre(1));

  world.count_on_redis(1);
  EXPECT_THAT(world.numbers, ElementsAre(1, 2));
}

TEST(FencedAllocator, NoticesALostCounterAndBeginsAnotherBlock) {
  AllocatorWorld world;
  world.ask();
  world.redis.counters.clear();

  world.ask();
  world.pass(20ms);

  EXPECT_THAT(world.numbers, ElementsAre(1, AllocatorOptions{}.block + 1));
}

TEST(FencedAllocator, GivesUpAfterItsPatience) {
  AllocatorWorld world;
  world.redis.silent = true;
  world.ask();

  world.pass(AllocatorOptions{}.patience - 1ms);
  EXPECT_THAT(world.errors, IsEmpty());
  world.pass(1ms);

  EXPECT_THAT(world.errors, ElementsAre(Errc::unavailable));
  EXPECT_EQ(world.allocator.counters().given_up, 1U);
}

TEST(FencedAllocator, RefusesMoreThanMayWait) {
  AllocatorOptions options;
  options.waiting = 2;
  AllocatorWorld world(options);
  world.redis.silent = true;

  for (int i = 0; i < 3; ++i) {
    world.ask();
  }

  EXPECT_THAT(world.errors, ElementsAre(Errc::overflow));
}

TEST(FencedAllocator, LeavesAMasterThatIsNotTheOneThatCounts) {
  AllocatorWorld world;
  world.redis.here.run = "run-2";
  world.ask();

  world.pass(20ms);
  EXPECT_EQ(world.reconnects, 0);
  world.pass(400ms);

  EXPECT_EQ(world.reconnects, 1);
  EXPECT_THAT(world.numbers, IsEmpty());
}

TEST(FencedAllocator, MovesTheEndOfTheBlockBeforeItIsReached) {
  AllocatorOptions options;
  options.block = 4;
  AllocatorWorld world(options);

  for (int i = 0; i < 10; ++i) {
    world.ask();
  }

  EXPECT_EQ(world.numbers.size(), 10U);
  EXPECT_EQ(world.numbers.back(), 10U);
  EXPECT_GE(world.database.leases.at(kChat.text()).hi, 12U);
}

TEST(FencedAllocator, HandsOutNothingOnceItWasClosed) {
  AllocatorWorld world;
  world.ask();

  world.allocator.set_view({});
  world.ask();
  world.pass(AllocatorOptions{}.patience);

  EXPECT_THAT(world.numbers, ElementsAre(1));
  EXPECT_THAT(world.errors, ElementsAre(Errc::unavailable));
}

}  // namespace
}  // namespace plumbline::serve
