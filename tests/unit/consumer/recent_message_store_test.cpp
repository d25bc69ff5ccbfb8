// Readers see what was accepted, although the store lags, fails or catches up at the worst moment.
#include "store/recent_message_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

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

bool numbered_lower(const MessagePtr& a, const MessagePtr& b) {
  return a->sequence < b->sequence;
}

// A store that a test fills, breaks, and interrupts right before or after it looks.
struct LaggingStore final : MessageStore, ReaderPlaces {
  std::vector<MessagePtr> rows;
  std::uint64_t delivered_to{0};
  std::uint64_t read_to{0};
  std::optional<Errc> failure;
  std::function<void()> before_look = [] {
  };
  std::function<void()> after_look = [] {
  };

  void store(const MessagePtr& message) {
    rows.push_back(message);
    std::sort(rows.begin(), rows.end(), numbered_lower);
  }

  void append(MessagePtr, Done<void> done) override { done({}); }
  void sequence_of(const ConversationKey&, Uuid message, Done<std::uint64_t> done) override {
    before_look();
    if (failure) {
      done(Error{*failure, "down"});
      return;
    }
    const auto found =
        std::find_if(rows.begin(), rows.end(), [message](const auto& row) { return row->id == message; });
    const std::uint64_t sequence = found == rows.end() ? 0 : (*found)->sequence;
    after_look();
    done(sequence);
  }
  void stored_sequence_of(const ConversationKey& conversation, Uuid message, std::uint64_t,
                          Done<std::uint64_t> done) override {
    sequence_of(conversation, message, std::move(done));
  }
  void history(const HistoryQuery& query, Done<HistoryPage> done) override {
    before_look();
    if (failure) {
      done(Error{*failure, "down"});
      return;
    }
    HistoryPage page;
    for (const MessagePtr& message : rows) {
      if (query.before == 0 || message->sequence < query.before) {
        page.rows.push_back({message, 5, 5});
      }
    }
    if (page.rows.size() > query.limit) {
      page.rows.erase(page.rows.begin(), page.rows.end() - static_cast<std::ptrdiff_t>(query.limit));
      page.has_more = true;
    }
    done(page);
  }
  void mark_read(const ReadMark& mark, Done<ReadOutcome> done) override {
    done(ReadOutcome{true, std::min(rows.empty() ? 0 : rows.back()->sequence, mark.up_to)});
  }
  void mark_delivered(std::vector<ReadMark>, Done<void> done) override { done({}); }
  void undelivered(Uuid, std::vector<SeenUpTo> seen, Done<std::vector<MessagePtr>> done) override {
    before_look();
    const std::uint64_t up_to = seen.empty() ? delivered_to : seen.front().sequence;
    std::vector<MessagePtr> all;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(all),
                 [up_to](const MessagePtr& message) { return message->sequence > up_to; });
    done(all);
  }
  void unread(Uuid user, Done<std::uint64_t> done) override {
    before_look();
    const auto count = std::count_if(rows.begin(), rows.end(), [&](const MessagePtr& message) {
      return message->sender != user && message->sequence > read_to;
    });
    after_look();
    done(static_cast<std::uint64_t>(count));
  }
  void of(Uuid, const std::vector<MessagePtr>& messages, Done<std::vector<ReaderPlace>> done) override {
    std::vector<ReaderPlace> places;
    for (const MessagePtr& message : messages) {
      const bool stored =
          std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row->id == message->id; });
      places.push_back({stored, message->sequence <= delivered_to, message->sequence <= read_to});
    }
    done(places);
  }
};

struct StoreWorld {
  net::ShardPool pool{2};
  ManualClock clock;
  StoredPositions positions;
  Partitions<RecentMessages> recent{pool, [this](std::size_t) {
                                      return std::make_unique<RecentMessages>(positions, RecentLimits{});
                                    }};
  LaggingStore inner;
  RecentMessageStore store{inner, inner, recent, 0, clock};
  ConversationPtr chat = pair_of(kAnn, kBob);

  void run() {
    for (bool busy = true; busy;) {
      busy = false;
      for (std::size_t shard = 0; shard < pool.size(); ++shard) {
        pool.context(shard).restart();
        busy = pool.context(shard).poll() > 0 || busy;
      }
    }
  }
  RecentMessages& owner() { return recent.at(owner_shard(chat->key, 2)); }
  void log(const MessagePtr& message) {
    owner().add(message, {1, static_cast<std::int64_t>(message->sequence)}, clock.now());
  }
  Result<HistoryPage> history(std::uint64_t before, std::size_t limit) {
    std::optional<Result<HistoryPage>> answer;
    store.history({chat->key, before, limit}, [&](Result<HistoryPage> page) { answer = std::move(page); });
    run();
    return answer ? *answer : Result<HistoryPage>{Error{Errc::timeout, "no answer"}};
  }
  std::vector<std::uint64_t> sequences(std::uint64_t before, std::size_t limit) {
    std::vector<std::uint64_t> all;
    const Result<HistoryPage> page = history(before, limit);
    for (const HistoryRow& row : page.value().rows) {
      all.push_back(row.message->sequence);
    }
    return all;
  }
  std::vector<std::uint64_t> undelivered(const std::vector<SeenUpTo>& seen = {}) {
    std::vector<std::uint64_t> all;
    store.undelivered(kBob, seen, [&](Result<std::vector<MessagePtr>> missed) {
      for (const MessagePtr& message : missed.value()) {
        all.push_back(message->sequence);
      }
    });
    run();
    return all;
  }
  std::uint64_t sequence_of(const MessagePtr& message) {
    std::uint64_t answer = 999;
    store.sequence_of(chat->key, message->id,
                      [&](Result<std::uint64_t> found) { answer = found.has_value() ? found.value() : 998; });
    run();
    return answer;
  }
  std::uint64_t unread() {
    std::uint64_t answer = 999;
    store.unread(kBob, [&](Result<std::uint64_t> count) { answer = count.value(); });
    run();
    return answer;
  }
};

TEST(RecentMessageStore, ShowsInHistoryWhatTheStoreDoesNotHaveYet) {
  StoreWorld world;
  world.inner.store(message_of(world.chat, 1));
  world.log(message_of(world.chat, 2));

  EXPECT_THAT(world.sequences(0, 50), ElementsAre(1, 2));
}

TEST(RecentMessageStore, ShowsAMessageOnceThatIsStoredAndForgottenWhileTheStoreIsAsked) {
  StoreWorld world;
  world.log(message_of(world.chat, 1));
  world.inner.before_look = [&] {
    world.inner.store(message_of(world.chat, 1));
    world.positions.raise(1, 2);
    world.recent.at(owner_shard(world.chat->key, 2)).tick(world.clock.now() + 1h);
    world.recent.at(owner_shard(world.chat->key, 2)).tick(world.clock.now() + 2h);
  };

  EXPECT_THAT(world.sequences(0, 50), ElementsAre(1));
  EXPECT_EQ(world.owner().size(), 0U);
}

TEST(RecentMessageStore, KeepsPagesExactWhereBothPartsMeet) {
  StoreWorld world;
  for (std::uint64_t sequence = 1; sequence <= 4; ++sequence) {
    world.inner.store(message_of(world.chat, sequence));
  }
  world.log(message_of(world.chat, 5));
  world.log(message_of(world.chat, 6));

  EXPECT_THAT(world.sequences(0, 3), ElementsAre(4, 5, 6));
  EXPECT_TRUE(world.history(0, 3).value().has_more);
  EXPECT_THAT(world.sequences(4, 3), ElementsAre(1, 2, 3));
  EXPECT_FALSE(world.history(4, 3).value().has_more);
  EXPECT_THAT(world.sequences(0, 50), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(RecentMessageStore, LeavesAMessageBelowACutOffPageToTheNextPage) {
  StoreWorld world;
  for (const std::uint64_t sequence : {1U, 3U, 4U, 5U}) {
    world.inner.store(message_of(world.chat, sequence));
  }
  world.log(message_of(world.chat, 2));  // stored last although its number is lower

  EXPECT_THAT(world.sequences(0, 2), ElementsAre(4, 5));
  EXPECT_THAT(world.sequences(4, 2), ElementsAre(2, 3));
}

TEST(RecentMessageStore, ShowsARenumberedMessageOnlyUnderItsNumberInTheStore) {
  StoreWorld world;
  world.inner.store(message_of(world.chat, 1));
  world.inner.store(message_of(world.chat, 2, 1, 77));
  world.log(message_of(world.chat, 1, 0, 77));

  EXPECT_THAT(world.sequences(0, 50), ElementsAre(1, 2));
}

TEST(RecentMessageStore, AnswersFromMemoryAndSaysSoWhileTheStoreIsAway) {
  StoreWorld world;
  world.inner.failure = Errc::unavailable;
  for (std::uint64_t sequence = 5; sequence <= 8; ++sequence) {
    world.log(message_of(world.chat, sequence));
  }

  const Result<HistoryPage> page = world.history(0, 3);

  EXPECT_TRUE(page.value().stale);
  EXPECT_TRUE(page.value().has_more);
  EXPECT_THAT(world.sequences(0, 3), ElementsAre(6, 7, 8));
}

TEST(RecentMessageStore, RefusesAPageThatItDoesNotWhollyRememberWhileTheStoreIsAway) {
  StoreWorld world;
  world.inner.failure = Errc::unavailable;
  for (const std::uint64_t sequence : {4U, 5U, 7U}) {
    world.log(message_of(world.chat, sequence));
  }

  EXPECT_EQ(world.history(0, 3).error().code, Errc::unavailable);  // 6 is missing
  EXPECT_EQ(world.history(6, 3).error().code, Errc::unavailable);  // 3 is not remembered
  EXPECT_EQ(world.history(0, 1).value().rows.size(), 1U);
}

TEST(RecentMessageStore, ShowsAWholeShortConversationWhileTheStoreIsAway) {
  StoreWorld world;
  world.inner.failure = Errc::unavailable;
  world.log(message_of(world.chat, 1));
  world.log(message_of(world.chat, 2));

  EXPECT_THAT(world.sequences(0, 50), ElementsAre(1, 2));
  EXPECT_FALSE(world.history(0, 50).value().has_more);
}

TEST(RecentMessageStore, FindsUndeliveredMessagesThatAreNotStoredYet) {
  StoreWorld world;
  world.inner.store(message_of(world.chat, 1));
  world.log(message_of(world.chat, 1));
  world.log(message_of(world.chat, 2));

  EXPECT_THAT(world.undelivered(), ElementsAre(1, 2));
}

TEST(RecentMessageStore, DoesNotRepeatWhatAnotherInstanceDelivered) {
  StoreWorld world;
  world.log(message_of(world.chat, 1));
  world.log(message_of(world.chat, 2));
  world.inner.delivered_to = 1;

  EXPECT_THAT(world.undelivered(), ElementsAre(2));
}

TEST(RecentMessageStore, BelievesADeviceThatSaysWhatItHasSeen) {
  StoreWorld world;
  world.inner.delivered_to = 3;  // another device of the user
  for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
    world.log(message_of(world.chat, sequence));
  }

  EXPECT_THAT(world.undelivered({{world.chat->key, 1}}), ElementsAre(2, 3));
}

TEST(RecentMessageStore, FindsUndeliveredMessagesStoredWhileTheStoreIsAsked) {
  StoreWorld world;
  world.log(message_of(world.chat, 1));
  world.inner.before_look = [&] {
    world.inner.store(message_of(world.chat, 1));
  };

  EXPECT_THAT(world.undelivered(), ElementsAre(1));
}

TEST(RecentMessageStore, CountsUnreadMessagesThatAreNotStoredYet) {
  StoreWorld world;
  world.inner.store(message_of(world.chat, 1));
  world.log(message_of(world.chat, 2));

  EXPECT_EQ(world.unread(), 2U);
}

TEST(RecentMessageStore, CountsAMessageOnceThatIsStoredRightBeforeTheCount) {
  StoreWorld world;
  world.log(message_of(world.chat, 1));
  world.inner.before_look = [&] {
    if (world.inner.rows.empty()) {
      world.inner.store(message_of(world.chat, 1));
    }
  };

  EXPECT_EQ(world.unread(), 1U);
}

TEST(RecentMessageStore, CountsAMessageThatIsStoredRightAfterTheCount) {
  StoreWorld world;
  world.log(message_of(world.chat, 1));
  world.inner.after_look = [&] {
    if (world.inner.rows.empty()) {
      world.inner.store(message_of(world.chat, 1));
    }
  };

  EXPECT_EQ(world.unread(), 1U);
}

TEST(RecentMessageStore, DoesNotCountWhatWasRead) {
  StoreWorld world;
  world.log(message_of(world.chat, 1));
  world.inner.read_to = 1;

  EXPECT_EQ(world.unread(), 0U);
}

TEST(RecentMessageStore, LetsAReadMarkWaitForTheStore) {
  StoreWorld world;
  world.log(message_of(world.chat, 1));
  std::uint64_t up_to = 999;
  world.store.mark_read({world.chat->key, kBob, 1, 9}, [&](Result<ReadOutcome> got) { up_to = got.value().up_to; });
  world.run();
  EXPECT_EQ(up_to, 999U);

  world.inner.store(message_of(world.chat, 1));
  world.positions.raise(1, 2);
  world.owner().tick(world.clock.now());
  world.run();

  EXPECT_EQ(up_to, 1U);
}

TEST(RecentMessageStore, KnowsTheNumberOfWhatIsStoredAndOfWhatIsOnItsWay) {
  StoreWorld world;
  world.inner.store(message_of(world.chat, 1));
  world.log(message_of(world.chat, 2));

  EXPECT_EQ(world.sequence_of(message_of(world.chat, 1)), 1U);
  EXPECT_EQ(world.sequence_of(message_of(world.chat, 2)), 2U);
  EXPECT_EQ(world.sequence_of(message_of(world.chat, 3)), 0U);
}

TEST(RecentMessageStore, FindsAMessageThatComesWhileTheStoreIsAsked) {
  StoreWorld world;
  world.inner.after_look = [&] {
    world.log(message_of(world.chat, 4));
  };

  EXPECT_EQ(world.sequence_of(message_of(world.chat, 4)), 4U);
}

TEST(RecentMessageStore, DoesNotSayThatAMessageIsNotThereWhenTheStoreIsAway) {
  StoreWorld world;
  world.inner.failure = Errc::unavailable;

  EXPECT_EQ(world.sequence_of(message_of(world.chat, 1)), 998U);
}

TEST(RecentMessageStore, TakesTheStoresWordOnWhichAttemptCountsOnceItHasBoth) {
  StoreWorld world;
  world.log(message_of(world.chat, 7, 6, 1));
  std::uint64_t answer = 0;
  world.store.stored_sequence_of(world.chat->key, message_of(world.chat, 7, 6, 1)->id, 7,
                                 [&](Result<std::uint64_t> found) { answer = found.value(); });
  world.run();
  EXPECT_EQ(answer, 0U) << "not stored yet";

  world.inner.store(message_of(world.chat, 5, 4, 1));
  world.positions.raise(1, 8);
  world.owner().tick(world.clock.now());
  world.run();

  EXPECT_EQ(answer, 5U);
}

}  // namespace
}  // namespace plumbline::serve
