// The contract of the bus between accepting and delivering, written once: each backend's test includes this and joins
// with a row of its own.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bus/event_bus.h"
#include "integration/real/shard_bench.h"

namespace plumbline::serve {

// One backend under test, empty, as seen from each of two shards.
class BusBackend {
 public:
  virtual ~BusBackend() = default;
  virtual EventBus& bus(std::size_t shard) = 0;

  // Copies of what was consumed of one kind so far, on whatever thread, in that order.
  template <class Body>
  [[nodiscard]] std::vector<Body> consumed() const {
    const std::lock_guard lock(mutex_);
    std::vector<Body> found;
    for (const BusBody& body : bodies_) {
      if (const Body* one = std::get_if<Body>(&body)) {
        found.push_back(*one);
      }
    }
    return found;
  }

  ShardBench bench;

 protected:
  void consume(const BusBody& body) {
    const std::lock_guard lock(mutex_);
    bodies_.push_back(body);
  }

 private:
  mutable std::mutex mutex_;
  std::vector<BusBody> bodies_;
};

struct BusRow {
  std::string name;
  std::function<std::unique_ptr<BusBackend>()> make;
};

class BusContract : public testing::TestWithParam<BusRow> {
 protected:
  static constexpr Uuid kAnn{1, 1};
  static constexpr Uuid kBob{2, 2};

  static ConversationPtr pair_of(Uuid a, Uuid b) {
    auto conversation = std::make_shared<Conversation>();
    conversation->key = ConversationKey::pair(a, b);
    conversation->members = {conversation->key.first, conversation->key.second};
    return conversation;
  }
  static std::shared_ptr<Message> message_of(ConversationPtr conversation, std::uint64_t sequence) {
    auto message = std::make_shared<Message>();
    message->id = Uuid{conversation->key.second.low, sequence};
    message->sender = conversation->members.front();
    message->conversation = std::move(conversation);
    message->sequence = sequence;
    message->previous = sequence - 1;
    message->timestamp = 1'700'000'000'000 + static_cast<UnixMillis>(sequence);
    message->type = "text";
    message->metadata = "{}";
    return message;
  }

  void publish(std::size_t shard, BusBody body) {
    const std::size_t at = answers_.size();
    answers_.emplace_back();
    backend_->bus(shard).publish(std::move(body), [this, at](Errc outcome) { answers_[at].push_back(outcome); });
  }
  // All are answered, and `count` bodies of the kind were consumed.
  template <class Body>
  void settle(std::size_t count) {
    EXPECT_TRUE(backend_->bench.run_until([&] {
      const auto answered = [](const std::vector<Errc>& answers) {
        return !answers.empty();
      };
      return std::all_of(answers_.begin(), answers_.end(), answered) && backend_->consumed<Body>().size() >= count;
    }));
    EXPECT_THAT(answers_, testing::Each(testing::ElementsAre(Errc::ok))) << "each is answered once";
    EXPECT_EQ(backend_->consumed<Body>().size(), count);
  }

  std::unique_ptr<BusBackend> backend_ = GetParam().make();
  std::vector<std::vector<Errc>> answers_;  // of each publication
};

TEST_P(BusContract, ConsumesRecordsOfOneKeyInTheirOrder) {
  for (const char* event : {"a", "b", "c"}) {
    publish(0, FriendNotice{kAnn, event, "{}", 7});
  }
  settle<FriendNotice>(3);

  std::string order;
  for (const FriendNotice& notice : backend_->consumed<FriendNotice>()) {
    order += notice.event;
  }
  EXPECT_EQ(order, "abc");
}

TEST_P(BusContract, ConsumesMessagesOfManyConversationsAndTwoShardsOnceAndInOrder) {
  constexpr std::uint64_t kEach = 10;
  constexpr std::uint64_t kConversations = 20;
  for (std::uint64_t sequence = 1; sequence <= kEach; ++sequence) {
    for (std::uint64_t chat = 1; chat <= kConversations; ++chat) {
      publish(chat % 2, message_of(pair_of(kAnn, Uuid{9, chat + 9}), sequence));
    }
  }
  settle<MessagePtr>(kEach * kConversations);

  std::map<Uuid, std::uint64_t> newest;
  for (const MessagePtr& message : backend_->consumed<MessagePtr>()) {
    EXPECT_EQ(message->sequence, ++newest[message->conversation->key.second]);
  }
  EXPECT_EQ(newest.size(), kConversations);
}

TEST_P(BusContract, GivesAMessageBackAsItWas) {
  const auto sent = message_of(pair_of(kAnn, kBob), 41);
  sent->previous = 17;
  sent->epoch = 3;
  sent->text = "zwei Zeilen\nund \"\xC3\xBC\" \xF0\x9F\x8E\x89";
  sent->type = "image";
  sent->metadata = R"({"a":[1,null]})";
  publish(1, MessagePtr{sent});
  settle<MessagePtr>(1);

  const MessagePtr got = backend_->consumed<MessagePtr>().at(0);
  EXPECT_EQ(got->id, sent->id);
  EXPECT_EQ(got->conversation->key, sent->conversation->key);
  EXPECT_EQ(got->conversation->members, sent->conversation->members);
  EXPECT_EQ(got->sender, sent->sender);
  EXPECT_EQ(got->sequence, 41U);
  EXPECT_EQ(got->previous, 17U);
  EXPECT_EQ(got->epoch, 3);
  EXPECT_EQ(got->timestamp, sent->timestamp);
  EXPECT_EQ(got->text, sent->text);
  EXPECT_EQ(got->type, sent->type);
  EXPECT_EQ(got->metadata, sent->metadata);
}

TEST_P(BusContract, CarriesTypingReceiptsAndNotices) {
  const ConversationPtr chat = pair_of(kAnn, kBob);
  publish(0, Typing{chat->key, {kBob}, kAnn, true, 5});
  publish(0, ReadReceipt{chat, kBob, 12, 6});
  publish(0, FriendNotice{kBob, "friend_request_received", R"({"from":"ann"})", 8});
  settle<FriendNotice>(1);
  settle<ReadReceipt>(1);
  settle<Typing>(1);

  const Typing typing = backend_->consumed<Typing>().at(0);
  EXPECT_EQ(typing.conversation, chat->key);
  EXPECT_EQ(typing.to, std::vector<Uuid>{kBob});
  EXPECT_EQ(typing.user, kAnn);
  EXPECT_TRUE(typing.is_typing);
  EXPECT_EQ(typing.timestamp, 5);
  const ReadReceipt receipt = backend_->consumed<ReadReceipt>().at(0);
  EXPECT_EQ(receipt.conversation->key, chat->key);
  EXPECT_EQ(receipt.reader, kBob);
  EXPECT_EQ(receipt.up_to, 12U);
  EXPECT_EQ(receipt.read_at, 6);
  const FriendNotice notice = backend_->consumed<FriendNotice>().at(0);
  EXPECT_EQ(notice.to, kBob);
  EXPECT_EQ(notice.event, "friend_request_received");
  EXPECT_EQ(notice.payload, R"({"from":"ann"})");
  EXPECT_EQ(notice.id, 8U);
}

}  // namespace plumbline::serve
