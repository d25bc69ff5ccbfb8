// The conversation list shows what was accepted although the store lags.
#include "store/recent_conversation_store.h"

#include <gtest/gtest.h>

#include <optional>

#include "store/memory_message_store.h"
#include "unit/consumer/messages.h"

namespace plumbline::serve {
namespace {

using test::kAnn;
using test::kBob;
using test::message_of;
using test::pair_of;

// The store in memory, fed by hand, is the one that lags.
struct ConversationsWorld final : ReaderPlaces {
  net::ShardPool pool{1};
  ManualClock clock;
  StoredPositions positions;
  Partitions<RecentMessages> recent{pool, [this](std::size_t) {
                                      return std::make_unique<RecentMessages>(positions, RecentLimits{});
                                    }};
  ConversationPartitions state{pool};
  MemoryConversationStore inner{state, 0};
  RecentConversationStore store{inner, *this, recent, 0};
  ConversationPtr chat = pair_of(kAnn, kBob);
  std::uint64_t stored_to{0};
  std::uint64_t read_to{0};

  ConversationsWorld() { state.at(0).open(*chat); }
  void store_message(std::uint64_t sequence) {
    EXPECT_TRUE(state.at(0).append(message_of(chat, sequence)).has_value());
    stored_to = sequence;
  }
  void log(std::uint64_t sequence) {
    recent.at(0).add(message_of(chat, sequence), {1, static_cast<std::int64_t>(sequence)}, clock.now());
  }
  ConversationSummary line(Uuid user) {
    std::optional<ConversationSummary> found;
    store.of_user(user, [&](const Result<std::vector<ConversationSummary>>& lines) { found = lines.value().at(0); });
    return found.value_or(ConversationSummary{});
  }
  void of(Uuid, const std::vector<MessagePtr>& messages, Done<std::vector<ReaderPlace>> done) override {
    std::vector<ReaderPlace> places;
    for (const MessagePtr& message : messages) {
      places.push_back({message->sequence <= stored_to, false, message->sequence <= read_to});
    }
    done(places);
  }
};

TEST(RecentConversationStore, ShowsTheNewestMessageThatTheStoreLacks) {
  ConversationsWorld world;
  world.store_message(1);

  world.log(2);

  EXPECT_EQ(world.line(kBob).last->sequence, 2U);
  EXPECT_EQ(world.line(kBob).unread, 2U);
  EXPECT_EQ(world.line(kAnn).unread, 0U);
}

TEST(RecentConversationStore, CountsAMessageOnceThatIsInBoth) {
  ConversationsWorld world;
  world.store_message(1);

  world.log(1);

  EXPECT_EQ(world.line(kBob).unread, 1U);
}

TEST(RecentConversationStore, DoesNotCountWhatWasRead) {
  ConversationsWorld world;
  world.log(1);

  world.read_to = 1;

  EXPECT_EQ(world.line(kBob).unread, 0U);
}

}  // namespace
}  // namespace plumbline::serve
