// The contract of each port of the chat core, written once: every backend joins as another row of its list.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "backplane/memory_sequence_allocator.h"
#include "bus/local_bus.h"
#include "plumbline/base/clock.h"
#include "store/memory_message_store.h"

namespace plumbline::serve {
namespace {

using testing::ElementsAre;

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
  virtual MessageStore& messages(std::size_t shard) = 0;
  virtual ConversationStore& conversations(std::size_t shard) = 0;
  virtual SequenceAllocator& sequences(std::size_t shard) = 0;
  virtual EventBus& bus() = 0;
};

struct MemoryBackend final : Backend {
  ConversationPartitions conversation_state{bench.pool};
  Partitions<SequenceCounters> counters{bench.pool};
  MemoryMessageStore messages_[2]{{conversation_state, 0}, {conversation_state, 1}};
  MemoryConversationStore conversations_[2]{{conversation_state, 0}, {conversation_state, 1}};
  MemorySequenceAllocator sequences_[2]{{counters, 0}, {counters, 1}};
  LocalBus bus_;

  MessageStore& messages(std::size_t shard) override { return messages_[shard]; }
  ConversationStore& conversations(std::size_t shard) override { return conversations_[shard]; }
  SequenceAllocator& sequences(std::size_t shard) override { return sequences_[shard]; }
  EventBus& bus() override { return bus_; }
};

struct Row {
  std::string name;
  std::function<std::unique_ptr<Backend>()> make;
};

class PortContract : public testing::TestWithParam<Row> {
 protected:
  ConversationPtr pair() {
    Conversation fresh;
    fresh.key = ConversationKey::pair(kAnn, kBob);
    fresh.members = {kAnn, kBob};
    fresh.created_at = 1;
    return backend->bench
        .wait<ConversationPtr>([&](auto done) { backend->conversations(0).open(fresh, std::move(done)); })
        .value();
  }

  MessagePtr message(const ConversationPtr& conversation, std::uint64_t sequence, Uuid id, Uuid sender = kAnn) {
    auto made = std::make_shared<Message>();
    made->id = id;
    made->conversation = conversation;
    made->sender = sender;
    made->sequence = sequence;
    made->timestamp = static_cast<UnixMillis>(1000 + sequence);
    return made;
  }

  Errc append(const MessagePtr& one, std::size_t shard = 0) {
    const auto stored =
        backend->bench.wait<void>([&](auto done) { backend->messages(shard).append(one, std::move(done)); });
    return stored.has_error() ? stored.error().code : Errc::ok;
  }

  std::vector<std::uint64_t> history(const HistoryQuery& query, std::size_t shard = 1) {
    std::vector<std::uint64_t> found;
    for (const HistoryRow& row :
         backend->bench.wait<HistoryPage>([&](auto done) { backend->messages(shard).history(query, std::move(done)); })
             .value()
             .rows) {
      found.push_back(row.message->sequence);
    }
    return found;
  }

  std::uint64_t unread(Uuid user) {
    return backend->bench.wait<std::uint64_t>([&](auto done) { backend->messages(1).unread(user, std::move(done)); })
        .value();
  }

  std::vector<std::uint64_t> undelivered(Uuid user, std::vector<SeenUpTo> seen = {}) {
    std::vector<std::uint64_t> found;
    for (const MessagePtr& one : backend->bench
                                     .wait<std::vector<MessagePtr>>([&](auto done) {
                                       backend->messages(1).undelivered(user, std::move(seen), std::move(done));
                                     })
                                     .value()) {
      found.push_back(one->sequence);
    }
    return found;
  }

  std::unique_ptr<Backend> backend = GetParam().make();
};

TEST_P(PortContract, StoreKeepsWhatItTookAndFencesReusedSequences) {
  const ConversationPtr conversation = pair();

  EXPECT_EQ(append(message(conversation, 1, {9, 1})), Errc::ok);
  EXPECT_EQ(append(message(conversation, 3, {9, 3})), Errc::ok) << "gaps are legal";
  EXPECT_EQ(append(message(conversation, 3, {9, 3}), 1), Errc::ok) << "again is no change";
  EXPECT_EQ(append(message(conversation, 3, {9, 4})), Errc::conflict);
  EXPECT_EQ(append(message(conversation, 2, {9, 2})), Errc::conflict) << "order is final";

  EXPECT_THAT(history({conversation->key, 0, 50}), ElementsAre(1, 3));
  EXPECT_THAT(history({conversation->key, 3, 50}), ElementsAre(1));
}

TEST_P(PortContract, StoreCountsUnreadOfOthersOnlyAndReadingIsMonotone) {
  const ConversationPtr conversation = pair();
  append(message(conversation, 1, {9, 1}));
  append(message(conversation, 2, {9, 2}, kBob));
  append(message(conversation, 3, {9, 3}));
  EXPECT_EQ(unread(kBob), 2U);
  EXPECT_EQ(unread(kAnn), 1U);
  const auto mark = [&](Uuid user, std::uint64_t up_to) {
    return backend->bench.wait<ReadOutcome>([&](auto done) {
      backend->messages(1).mark_read({conversation->key, user, up_to, 5000}, std::move(done));
    });
  };

  EXPECT_TRUE(mark(kBob, 1).value().changed);
  EXPECT_FALSE(mark(kBob, 1).value().changed);
  EXPECT_EQ(mark(kBob, 99).value().up_to, 3U);
  EXPECT_FALSE(mark(kBob, 2).value().changed);
  EXPECT_EQ(mark(kEve, 1).error().code, Errc::not_found);
  EXPECT_EQ(unread(kBob), 0U);
}

TEST_P(PortContract, StoreForgetsWhatWasDelivered) {
  const ConversationPtr conversation = pair();
  for (std::uint64_t sequence = 1; sequence <= 4; ++sequence) {
    append(message(conversation, sequence, {9, sequence}));
  }
  (void)backend->bench.wait<void>([&](auto done) {
    backend->messages(0).mark_delivered({{conversation->key, kBob, 2, 5000}, {conversation->key, kBob, 1, 5000}},
                                        std::move(done));
  });

  EXPECT_THAT(undelivered(kBob), ElementsAre(3, 4));
  EXPECT_THAT(undelivered(kAnn), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(undelivered(kEve), ElementsAre());
  EXPECT_THAT(undelivered(kBob, {{conversation->key, 1}}), ElementsAre(2, 3, 4))
      << "a device that has less than the others";
  EXPECT_THAT(undelivered(kBob, {{conversation->key, 4}}), ElementsAre());
}

TEST_P(PortContract, ConversationsOpenOnce) {
  const ConversationPtr first = pair();
  Conversation other;
  other.key = first->key;
  other.members = {kAnn, kBob};
  other.created_at = 99;

  const auto second =
      backend->bench.wait<ConversationPtr>([&](auto done) { backend->conversations(1).open(other, std::move(done)); });
  const auto unknown = backend->bench.wait<ConversationPtr>([&](auto done) {
    backend->conversations(1).find({kEve, Uuid{}}, std::move(done));
  });

  EXPECT_EQ(second.value()->created_at, 1);
  EXPECT_EQ(unknown.error().code, Errc::not_found);
}

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

TEST_P(PortContract, BusConsumesInOrderAndAcknowledgesOnce) {
  std::vector<std::string> consumed;
  int acknowledged = 0;
  backend->bus().subscribe(Topic::friend_events, [&consumed](const BusBody& body, const Settled& settled) {
    consumed.push_back(std::get<FriendNotice>(body).event);
    settled(Errc::ok);
  });
  for (const char* event : {"a", "b", "c"}) {
    backend->bus().publish(FriendNotice{kAnn, event, "{}"},
                           [&acknowledged](Errc outcome) { acknowledged += outcome == Errc::ok ? 1 : 0; });
  }
  backend->bench.run();

  EXPECT_THAT(consumed, ElementsAre("a", "b", "c"));
  EXPECT_EQ(acknowledged, 3);
}

INSTANTIATE_TEST_SUITE_P(Backends, PortContract,
                         testing::Values(Row{"Memory",
                                             [] {
                                               return std::make_unique<MemoryBackend>();
                                             }}),
                         [](const testing::TestParamInfo<Row>& row) { return row.param.name; });

}  // namespace
}  // namespace plumbline::serve
