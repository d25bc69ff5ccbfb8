// Of several attempts with the same client id comes one message, and its number is in every answer.
#include "service/send_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace plumbline::serve {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Uuid kSender{1, 1};
constexpr Uuid kReceiver{2, 2};
constexpr Uuid kMessageId{7, 7};
constexpr Error kStoreAway{Errc::unavailable, "away"};

struct OneConversation final : ConversationStore {
  void find(const ConversationKey& key, Done<ConversationPtr> done) override {
    auto chat = std::make_shared<Conversation>();
    chat->key = key;
    chat->members = {kSender, kReceiver};
    done(ConversationPtr{chat});
  }
  void open(Conversation, Done<ConversationPtr> done) override { done(kStoreAway); }
  void of_user(Uuid, Done<std::vector<ConversationSummary>> done) override { done(kStoreAway); }
};

struct NoUsers final : UserStore {
  void add(User, Done<UserPtr> done) override { done(kStoreAway); }
  void ensure(Uuid, std::string, Done<UserPtr> done) override { done(kStoreAway); }
  void find(Uuid, Done<UserPtr> done) override { done(kStoreAway); }
  void find_login(std::string, Done<UserPtr> done) override { done(kStoreAway); }
  void missing(std::vector<Uuid>, Done<std::vector<Uuid>> done) override { done(kStoreAway); }
  void search(std::string, std::size_t, Done<std::vector<UserPtr>> done) override { done(kStoreAway); }
};

// Says what a test put in, about whatever message.
struct ScriptedMessages final : MessageStore {
  Result<std::uint64_t> known{0};
  Result<std::uint64_t> stored{0};
  int looks{0};
  std::function<void()> on_look = [] {
  };

  void append(MessagePtr, Done<void> done) override { done({}); }
  void sequence_of(const ConversationKey&, Uuid, Done<std::uint64_t> done) override {
    ++looks;
    on_look();
    done(known);
  }
  void stored_sequence_of(const ConversationKey&, Uuid, std::uint64_t, Done<std::uint64_t> done) override {
    done(stored);
  }
  void history(const HistoryQuery&, Done<HistoryPage> done) override { done(kStoreAway); }
  void mark_read(const ReadMark&, Done<ReadOutcome> done) override { done(kStoreAway); }
  void mark_delivered(std::vector<ReadMark>, Done<void> done) override { done({}); }
  void undelivered(Uuid, std::vector<SeenUpTo>, Done<std::vector<MessagePtr>> done) override { done(kStoreAway); }
  void unread(Uuid, Done<std::uint64_t> done) override { done(kStoreAway); }
};

struct Counting final : SequenceAllocator {
  std::uint64_t last{6};
  void next(const ConversationKey&, Done<Allocation> done) override { done(Allocation{++last, 1, false}); }
};

struct RecordingBus final : EventBus {
  std::vector<MessagePtr> published;
  Errc outcome{Errc::ok};
  std::function<void()> on_publish = [] {
  };
  void publish(BusBody body, Settled settled) override {
    published.push_back(std::get<MessagePtr>(body));
    on_publish();
    settled(outcome);
  }
  void subscribe(Topic, Consumer) override {}
};

struct SendWorld {
  OneConversation conversations;
  ScriptedMessages messages;
  NoUsers users;
  Counting sequences;
  RecordingBus bus;
  ManualClock clock;
  SendService sends{{conversations, messages, users, sequences, bus, clock}};

  Result<SendReceipt> send(Standing standing, Uuid id = kMessageId) {
    std::optional<Result<SendReceipt>> answer;
    sends.send({kSender, ConversationKey::pair(kSender, kReceiver), "hi", "text", "{}", id, standing, clock.now()},
               [&](Result<SendReceipt> got) { answer = std::move(got); });
    return answer ? *answer : Result<SendReceipt>{Error{Errc::closed, "no answer"}};
  }
};

TEST(SendService, RefusesBeforeItTakesANumberWhenTooMuchIsUnderWay) {
  SendWorld world;
  SendService full{{world.conversations, world.messages, world.users, world.sequences, world.bus, world.clock},
                   {.most = 0, .least = 0}};
  const auto outcome_of = [&](Standing standing) {
    Errc outcome = Errc::ok;
    full.send({kSender, ConversationKey::pair(kSender, kReceiver), "hi", "text", "{}", kMessageId, standing},
              [&](const Result<SendReceipt>& got) { outcome = got.error().code; });
    return outcome;
  };

  EXPECT_EQ(outcome_of(Standing::first), Errc::overflow);
  EXPECT_EQ(outcome_of(Standing::again), Errc::timeout);  // nobody may say that the first attempt came to nothing

  EXPECT_EQ(world.sequences.last, 6U);
  EXPECT_EQ(full.admission().refused(), 2U);
}

TEST(SendService, WhatIsAnsweredIsNoLongerUnderWay) {
  SendWorld world;
  ASSERT_TRUE(world.send(Standing::first).has_value());
  world.bus.outcome = Errc::unavailable;
  ASSERT_TRUE(world.send(Standing::first).has_error());
  EXPECT_EQ(world.sends.admission().in_flight(), 0U);
}

TEST(SendService, GivesTheMessageTheIdOfItsClientId) {
  SendWorld world;

  const Result<SendReceipt> sent = world.send(Standing::first);

  ASSERT_TRUE(sent.has_value());
  EXPECT_EQ(sent.value().message, kMessageId);
  EXPECT_EQ(sent.value().sequence, 7U);
  ASSERT_EQ(world.bus.published.size(), 1U);
  EXPECT_EQ(world.bus.published.front()->id, kMessageId);
}

TEST(SendService, LooksForNothingWhenThereIsNoClientId) {
  SendWorld world;

  ASSERT_TRUE(world.send(Standing::first, Uuid{}).has_value());

  EXPECT_EQ(world.messages.looks, 0);
}

TEST(SendService, AnswersWithTheEarlierAttemptAndTakesNoNumber) {
  SendWorld world;
  world.messages.known = std::uint64_t{5};

  const Result<SendReceipt> sent = world.send(Standing::again);

  EXPECT_EQ(sent.value().sequence, 5U);
  EXPECT_THAT(world.bus.published, IsEmpty());
  EXPECT_EQ(world.sequences.last, 6U);
}

TEST(SendService, FindsAMessageWhoseAnswerWasForgottenLongAgo) {
  SendWorld world;
  world.messages.known = std::uint64_t{5};

  EXPECT_EQ(world.send(Standing::first).value().sequence, 5U);
}

TEST(SendService, AnswersWithTheAttemptThatTheStoreTook) {
  SendWorld world;
  world.messages.stored = std::uint64_t{5};

  EXPECT_EQ(world.send(Standing::again).value().sequence, 5U);
}

TEST(SendService, DoesNotSayANumberThatTheStoreHasNotConfirmed) {
  SendWorld world;
  world.messages.stored = kStoreAway;
  EXPECT_EQ(world.send(Standing::again).error().code, Errc::timeout);

  world.messages.stored = std::uint64_t{0};
  EXPECT_EQ(world.send(Standing::again).error().code, Errc::timeout);
}

TEST(SendService, TakesNoNumberWhenItStoodStillAfterItsClaim) {
  SendWorld world;
  world.messages.on_look = [&world] {
    world.clock.advance(std::chrono::seconds{12});  // frozen; others have taken the claim over and answered
  };

  EXPECT_EQ(world.send(Standing::first).error().code, Errc::unavailable);
  EXPECT_EQ(world.send(Standing::again).error().code, Errc::timeout);

  EXPECT_EQ(world.sequences.last, 6U);
  EXPECT_THAT(world.bus.published, IsEmpty());
}

TEST(SendService, DoesNotTryAgainWhileItCannotBeKnownWhetherTheFirstAttemptIsStored) {
  SendWorld world;
  world.messages.known = kStoreAway;

  EXPECT_EQ(world.send(Standing::again).error().code, Errc::timeout);

  EXPECT_THAT(world.bus.published, IsEmpty());
}

TEST(SendService, SendsWithoutTheStoreAndAnswersWhatTheLogBrought) {
  SendWorld world;
  world.messages.known = kStoreAway;
  EXPECT_EQ(world.send(Standing::unsure).value().sequence, 7U);

  world.messages.known = std::uint64_t{0};
  world.bus.on_publish = [&] {
    world.messages.known = std::uint64_t{3};
  };
  EXPECT_EQ(world.send(Standing::unsure).value().sequence, 3U);
}

}  // namespace
}  // namespace plumbline::serve
