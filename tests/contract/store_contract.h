// The contract of the message and conversation stores, written once: each backend's test includes this and joins with
// a row of its own.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "integration/real/shard_bench.h"
#include "store/conversation_store.h"
#include "store/message_store.h"

namespace plumbline::serve {

// One backend under test, empty, as seen from each of two shards.
struct StoreBackend {
  virtual ~StoreBackend() = default;
  ShardBench bench;
  virtual MessageStore& messages(std::size_t shard) = 0;
  virtual ConversationStore& conversations(std::size_t shard) = 0;
};

struct StoreRow {
  std::string name;
  std::function<std::unique_ptr<StoreBackend>()> make;
  // Several instances store in whatever order: a free sequence id below the newest one is taken, not refused.
  bool takes_late{false};
};

class StoreContract : public testing::TestWithParam<StoreRow> {
 protected:
  static constexpr Uuid kAnn{1, 1};
  static constexpr Uuid kBob{2, 2};
  static constexpr Uuid kEve{3, 3};

  ConversationPtr open(const ConversationKey& key, std::vector<Uuid> members, UnixMillis at = 1,
                       const std::string& name = "") {
    Conversation fresh;
    fresh.key = key;
    fresh.members = std::move(members);
    fresh.created_at = at;
    fresh.name = name;
    return backend->bench
        .wait<ConversationPtr>([&](auto done) { backend->conversations(0).open(fresh, std::move(done)); })
        .value();
  }
  ConversationPtr pair() { return open(ConversationKey::pair(kAnn, kBob), {kAnn, kBob}); }
  ConversationPtr group() { return open({Uuid{9, 9}, Uuid{}}, {kAnn, kBob, kEve}, 2, "all"); }

  static MessagePtr message(const ConversationPtr& conversation, std::uint64_t sequence, Uuid sender = kAnn,
                            UnixMillis at = 0) {
    auto made = std::make_shared<Message>();
    made->id = {conversation->key.first.high * 1000 + 9, sequence};
    made->conversation = conversation;
    made->sender = sender;
    made->sequence = sequence;
    made->previous = sequence - 1;
    made->timestamp = at != 0 ? at : static_cast<UnixMillis>(1000 + sequence);
    made->type = "text";
    made->metadata = "{}";
    return made;
  }
  static MessagePtr with_id(const MessagePtr& one, Uuid id) {
    auto other = std::make_shared<Message>(*one);
    other->id = id;
    return other;
  }

  Errc append(const MessagePtr& one, std::size_t shard = 0) {
    const auto stored =
        backend->bench.wait<void>([&](auto done) { backend->messages(shard).append(one, std::move(done)); });
    return stored.has_error() ? stored.error().code : Errc::ok;
  }
  void fill(const ConversationPtr& conversation, std::uint64_t count, Uuid sender = kAnn) {
    for (std::uint64_t sequence = 1; sequence <= count; ++sequence) {
      ASSERT_EQ(append(message(conversation, sequence, sender)), Errc::ok);
    }
  }
  HistoryPage page(const HistoryQuery& query) {
    return backend->bench.wait<HistoryPage>([&](auto done) { backend->messages(1).history(query, std::move(done)); })
        .value();
  }
  std::vector<std::uint64_t> history(const HistoryQuery& query) {
    std::vector<std::uint64_t> found;
    for (const HistoryRow& row : page(query).rows) {
      found.push_back(row.message->sequence);
    }
    return found;
  }
  Result<ReadOutcome> read(const ConversationKey& key, Uuid user, std::uint64_t up_to, UnixMillis at = 5000) {
    return backend->bench.wait<ReadOutcome>([&](auto done) {
      backend->messages(1).mark_read({key, user, up_to, at}, std::move(done));
    });
  }
  void deliver(const std::vector<ReadMark>& marks) {
    const auto done =
        backend->bench.wait<void>([&](auto told) { backend->messages(0).mark_delivered(marks, std::move(told)); });
    EXPECT_FALSE(done.has_error());
  }
  std::uint64_t unread(Uuid user) {
    return backend->bench.wait<std::uint64_t>([&](auto done) { backend->messages(1).unread(user, std::move(done)); })
        .value();
  }
  std::vector<MessagePtr> missed(Uuid user, const std::vector<SeenUpTo>& seen = {}) {
    return backend->bench
        .wait<std::vector<MessagePtr>>(
            [&](auto done) { backend->messages(1).undelivered(user, seen, std::move(done)); })
        .value();
  }
  std::vector<std::uint64_t> undelivered(Uuid user, const std::vector<SeenUpTo>& seen = {}) {
    std::vector<std::uint64_t> found;
    for (const MessagePtr& one : missed(user, seen)) {
      found.push_back(one->sequence);
    }
    return found;
  }
  std::vector<ConversationSummary> list(Uuid user) {
    return backend->bench
        .wait<std::vector<ConversationSummary>>(
            [&](auto done) { backend->conversations(1).of_user(user, std::move(done)); })
        .value();
  }

  std::unique_ptr<StoreBackend> backend = GetParam().make();
};

TEST_P(StoreContract, KeepsWhatItTookAndFencesReusedSequences) {
  const ConversationPtr conversation = pair();

  EXPECT_EQ(append(message(conversation, 1)), Errc::ok);
  EXPECT_EQ(append(message(conversation, 3)), Errc::ok) << "gaps are legal";
  EXPECT_EQ(append(message(conversation, 3), 1), Errc::ok) << "again is no change";
  EXPECT_EQ(append(with_id(message(conversation, 3), {7, 7})), Errc::conflict);

  EXPECT_THAT(history({conversation->key, 0, 50}), testing::ElementsAre(1, 3));
  EXPECT_THAT(history({conversation->key, 3, 50}), testing::ElementsAre(1));
}

TEST_P(StoreContract, TakesALateSequenceOnlyWhereSeveralInstancesStore) {
  const ConversationPtr conversation = pair();
  append(message(conversation, 1));
  append(message(conversation, 3));

  EXPECT_EQ(append(message(conversation, 2)), GetParam().takes_late ? Errc::ok : Errc::conflict);

  const std::vector<std::uint64_t> whole{1, 2, 3};
  const std::vector<std::uint64_t> without{1, 3};
  EXPECT_EQ(history({conversation->key, 0, 50}), GetParam().takes_late ? whole : without);
}

TEST_P(StoreContract, RefusesAMessageOfAnUnknownConversation) {
  auto nowhere = std::make_shared<Conversation>();
  nowhere->key = ConversationKey::pair(kAnn, kEve);

  EXPECT_EQ(append(message(nowhere, 1)), Errc::not_found);
  EXPECT_TRUE(page({nowhere->key, 0, 50}).rows.empty());
}

TEST_P(StoreContract, KeepsEveryFieldByteForByte) {
  const ConversationPtr conversation = group();
  auto written = std::make_shared<Message>(*message(conversation, 4'000'000'000'000, kBob, 1'800'000'000'123));
  written->previous = 77;
  written->epoch = 5;
  written->text = "  it's \"ü\" \\ {1,2} \xF0\x9F\x98\x80\n\t$1 %s ";
  written->type = "image";
  written->metadata = R"({"b": 1,  "a":"\u0000"})";
  ASSERT_EQ(append(written), Errc::ok);

  const HistoryPage found = page({conversation->key, 0, 50});

  ASSERT_EQ(found.rows.size(), 1U);
  const Message& kept = *found.rows.front().message;
  EXPECT_EQ(kept.id, written->id);
  EXPECT_EQ(kept.sender, kBob);
  EXPECT_EQ(kept.sequence, 4'000'000'000'000U);
  EXPECT_EQ(kept.previous, 77U);
  EXPECT_EQ(kept.epoch, 5);
  EXPECT_EQ(kept.timestamp, 1'800'000'000'123);
  EXPECT_EQ(kept.text, written->text);
  EXPECT_EQ(kept.type, "image");
  EXPECT_EQ(kept.metadata, written->metadata);
  EXPECT_EQ(kept.conversation->key, conversation->key);
  EXPECT_EQ(kept.conversation->members, (std::vector<Uuid>{kAnn, kBob, kEve}));
  EXPECT_EQ(kept.conversation->name, "all");
}

TEST_P(StoreContract, PagesHistoryAndSaysExactlyWhetherThereIsMore) {
  const ConversationPtr conversation = pair();
  fill(conversation, 5);

  EXPECT_THAT(history({conversation->key, 0, 2}), testing::ElementsAre(4, 5));
  EXPECT_TRUE(page({conversation->key, 0, 2}).has_more);
  EXPECT_THAT(history({conversation->key, 4, 3}), testing::ElementsAre(1, 2, 3));
  EXPECT_FALSE(page({conversation->key, 4, 3}).has_more);
  EXPECT_TRUE(page({conversation->key, 4, 2}).has_more);
  EXPECT_FALSE(page({conversation->key, 0, 5}).has_more);
  EXPECT_THAT(history({conversation->key, 1, 3}), testing::ElementsAre());
}

TEST_P(StoreContract, CountsUnreadOfOthersOnlyAndReadingIsMonotone) {
  const ConversationPtr conversation = pair();
  append(message(conversation, 1));
  append(message(conversation, 2, kBob));
  append(message(conversation, 3));
  EXPECT_EQ(unread(kBob), 2U);
  EXPECT_EQ(unread(kAnn), 1U);

  EXPECT_TRUE(read(conversation->key, kBob, 1).value().changed);
  EXPECT_EQ(unread(kBob), 1U);
  EXPECT_FALSE(read(conversation->key, kBob, 1).value().changed);
  EXPECT_EQ(read(conversation->key, kBob, 99).value().up_to, 3U);
  EXPECT_FALSE(read(conversation->key, kBob, 2).value().changed);
  EXPECT_EQ(read(conversation->key, kBob, 2).value().up_to, 3U);
  EXPECT_EQ(read(conversation->key, kEve, 1).error().code, Errc::not_found);
  EXPECT_EQ(unread(kBob), 0U);
  append(message(conversation, 7));
  EXPECT_EQ(unread(kBob), 1U) << "not read by the mark that went too far";
}

TEST_P(StoreContract, AddsUnreadOfAllConversations) {
  fill(pair(), 3);
  fill(group(), 2);

  EXPECT_EQ(unread(kBob), 5U);
  EXPECT_EQ(unread(kEve), 2U);
  EXPECT_EQ(unread(kAnn), 0U);
}

TEST_P(StoreContract, ALateMessageBelowTheReadMarkIsNotUnread) {
  const ConversationPtr conversation = pair();
  append(message(conversation, 1));
  append(message(conversation, 3));
  ASSERT_EQ(read(conversation->key, kBob, 3).value().up_to, 3U);

  append(message(conversation, 2));

  EXPECT_EQ(unread(kBob), 0U);
}

TEST_P(StoreContract, SaysWhenAllOthersReadAMessage) {
  const ConversationPtr conversation = group();
  fill(conversation, 3);
  const auto read_times = [&] {
    std::vector<UnixMillis> times;
    for (const HistoryRow& row : page({conversation->key, 0, 50}).rows) {
      times.push_back(row.read_at);
    }
    return times;
  };
  (void)read(conversation->key, kBob, 2, 5000);
  EXPECT_THAT(read_times(), testing::ElementsAre(0, 0, 0)) << "Eve has not";
  (void)read(conversation->key, kEve, 1, 6000);
  (void)read(conversation->key, kEve, 3, 7000);
  (void)read(conversation->key, kAnn, 3, 9000);

  EXPECT_THAT(read_times(), testing::ElementsAre(6000, 7000, 0));
}

TEST_P(StoreContract, SaysWhenTheReceiverGotAMessageOfADirectConversation) {
  const ConversationPtr conversation = pair();
  fill(conversation, 3);
  append(message(conversation, 4, kBob));
  deliver({{conversation->key, kBob, 1, 5000}});
  deliver({{conversation->key, kBob, 3, 6000}, {conversation->key, kAnn, 2, 7000}});

  std::vector<UnixMillis> times;
  for (const HistoryRow& row : page({conversation->key, 0, 50}).rows) {
    times.push_back(row.delivered_at);
  }
  EXPECT_THAT(times, testing::ElementsAre(5000, 6000, 6000, 0));
}

TEST_P(StoreContract, ForgetsWhatWasDelivered) {
  const ConversationPtr conversation = pair();
  fill(conversation, 4);
  deliver({{conversation->key, kBob, 2, 5000}, {conversation->key, kBob, 1, 5000}});
  deliver({{conversation->key, kBob, 1, 5000}, {ConversationKey::pair(kAnn, kEve), kAnn, 3, 5000}});

  EXPECT_THAT(undelivered(kBob), testing::ElementsAre(3, 4));
  EXPECT_THAT(undelivered(kAnn), testing::ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(undelivered(kEve), testing::ElementsAre());
  EXPECT_THAT(undelivered(kBob, {{conversation->key, 1}}), testing::ElementsAre(2, 3, 4))
      << "a device that has less than the others";
  EXPECT_THAT(undelivered(kBob, {{conversation->key, 4}}), testing::ElementsAre());
}

TEST_P(StoreContract, GivesTheUndeliveredByTimeOverAllConversations) {
  const ConversationPtr direct = pair();
  const ConversationPtr all = group();
  append(message(direct, 1, kAnn, 1000));
  append(message(all, 1, kAnn, 2000));
  append(message(direct, 2, kAnn, 3000));
  append(message(all, 2, kEve, 4000));

  const std::vector<MessagePtr> found = missed(kBob);

  std::vector<UnixMillis> times;
  for (const MessagePtr& one : found) {
    times.push_back(one->timestamp);
  }
  EXPECT_THAT(times, testing::ElementsAre(1000, 2000, 3000, 4000));
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[1]->conversation->name, "all");
}

TEST_P(StoreContract, KeepsTheOrderOfAConversationWhenClocksDisagree) {
  const ConversationPtr direct = pair();
  append(message(direct, 1, kAnn, 5000));
  append(message(direct, 2, kBob, 4000));
  append(message(direct, 3, kAnn, 4500));

  EXPECT_THAT(undelivered(kBob), testing::ElementsAre(1, 2, 3));
}

TEST_P(StoreContract, ConversationsOpenOnce) {
  const ConversationPtr first = pair();
  Conversation other;
  other.key = first->key;
  other.members = {kAnn, kBob};
  other.created_at = 99;

  const auto second =
      backend->bench.wait<ConversationPtr>([&](auto done) { backend->conversations(1).open(other, std::move(done)); });
  const auto found = backend->bench.wait<ConversationPtr>(
      [&](auto done) { backend->conversations(1).find(first->key, std::move(done)); });
  const auto unknown = backend->bench.wait<ConversationPtr>([&](auto done) {
    backend->conversations(1).find({kEve, Uuid{}}, std::move(done));
  });

  EXPECT_EQ(second.value()->created_at, 1);
  EXPECT_EQ(found.value()->members, (std::vector<Uuid>{kAnn, kBob}));
  EXPECT_EQ(unknown.error().code, Errc::not_found);
}

TEST_P(StoreContract, ListsTheConversationsOfAUserWithTheirNewestMessage) {
  const ConversationPtr direct = pair();
  const ConversationPtr all = group();
  fill(direct, 3);
  (void)read(direct->key, kBob, 3, 8000);
  append(message(direct, 4, kBob));

  std::vector<ConversationSummary> lines = list(kBob);

  ASSERT_EQ(lines.size(), 2U);
  std::sort(lines.begin(), lines.end(),
            [](const auto& a, const auto& b) { return a.conversation->key < b.conversation->key; });
  EXPECT_EQ(lines[0].conversation->key, direct->key);
  ASSERT_NE(lines[0].last, nullptr);
  EXPECT_EQ(lines[0].last->sequence, 4U);
  EXPECT_EQ(lines[0].unread, 0U);
  EXPECT_EQ(lines[0].read_at, 0) << "Ann has not";
  EXPECT_EQ(lines[1].last, nullptr);
  EXPECT_EQ(lines[1].active_at(), 2);
  EXPECT_TRUE(list(kEve).size() == 1 && list(Uuid{8, 8}).empty());
  EXPECT_EQ(list(kAnn).size(), 2U);
}

TEST_P(StoreContract, AConversationWithOneselfHasNothingUnread) {
  const ConversationPtr own = open(ConversationKey::pair(kAnn, kAnn), {kAnn});
  fill(own, 2);

  EXPECT_EQ(unread(kAnn), 0U);
  EXPECT_EQ(page({own->key, 0, 50}).rows.front().read_at, 0);
  EXPECT_THAT(undelivered(kAnn), testing::ElementsAre(1, 2));
}

}  // namespace plumbline::serve
