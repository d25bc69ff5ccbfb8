// The contract of the sequence port, written once: every backend joins as another row of its list.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "backplane/fenced/fenced_sequence_allocator.h"
#include "backplane/memory_sequence_allocator.h"
#include "plumbline/base/clock.h"
#include "unit/sequence/fence_services.h"

namespace plumbline::serve {
namespace {

constexpr Uuid kAnn{1, 1};
constexpr Uuid kBob{2, 2};
constexpr Uuid kEve{3, 3};

// Two shards that run when asked; answers are awaited by running them.
struct Bench {
  net::ShardPool pool{2};
  ManualClock clock;

  void run() {
    for (bool busy = true; busy;) {
      busy = false;
      for (std::size_t shard = 0; shard < pool.size(); ++shard) {
        pool.context(shard).restart();
        busy = pool.context(shard).poll() > 0 || busy;
      }
    }
  }

  template <class T>
  Result<T> wait(const std::function<void(Done<T>)>& call) {
    std::optional<Result<T>> answer;
    call([&answer](Result<T> got) {
      EXPECT_FALSE(answer.has_value()) << "answered twice";
      answer = std::move(got);
    });
    run();
    EXPECT_TRUE(answer.has_value()) << "no answer";
    return answer ? *answer : Result<T>{Error{Errc::timeout, "no answer"}};
  }
};

// One backend under test: its parts as seen from each of two shards.
struct Backend {
  virtual ~Backend() = default;
  Bench bench;
  virtual SequenceAllocator& sequences(std::size_t shard) = 0;
};

struct MemoryBackend final : Backend {
  Partitions<SequenceCounters> counters{bench.pool};
  MemorySequenceAllocator sequences_[2]{{counters, 0}, {counters, 1}};

  SequenceAllocator& sequences(std::size_t shard) override { return sequences_[shard]; }
};

// Two instances on one PostgreSQL and one Redis, both of which answer at once.
struct FencedBackend final : Backend {
  FencedBackend() {
    for (FencedSequenceAllocator& one : sequences_) {
      one.set_view({1, CountingMode::redis, redis.here.run, {}, Time::max()});
    }
  }

  test::FenceDatabase database;
  test::FenceSession postgres{database};
  test::FenceRedis redis;
  FencedSequenceAllocator sequences_[2]{{postgres, redis, bench.clock, {}}, {postgres, redis, bench.clock, {}}};

  SequenceAllocator& sequences(std::size_t shard) override { return sequences_[shard]; }
};

struct Row {
  std::string name;
  std::function<std::unique_ptr<Backend>()> make;
};

class PortContract : public testing::TestWithParam<Row> {
 protected:
  std::unique_ptr<Backend> backend = GetParam().make();
};

TEST_P(PortContract, SequencesCountFromOnePerConversationOnAnyShard) {
  const auto next = [&](std::size_t shard, const ConversationKey& key) {
    return backend->bench.wait<Allocation>([&](auto done) { backend->sequences(shard).next(key, std::move(done)); })
        .value()
        .sequence;
  };
  const ConversationKey one = ConversationKey::pair(kAnn, kBob);
  const ConversationKey two = ConversationKey::pair(kAnn, kEve);

  EXPECT_EQ(next(0, one), 1U);
  EXPECT_EQ(next(1, one), 2U);
  EXPECT_EQ(next(1, two), 1U);
  EXPECT_EQ(next(0, one), 3U);
}

INSTANTIATE_TEST_SUITE_P(Backends, PortContract,
                         testing::Values(Row{"Memory",
                                             [] {
                                               return std::make_unique<MemoryBackend>();
                                             }},
                                         Row{"Fenced",
                                             [] {
                                               return std::make_unique<FencedBackend>();
                                             }}),
                         [](const testing::TestParamInfo<Row>& row) { return row.param.name; });

}  // namespace
}  // namespace plumbline::serve
