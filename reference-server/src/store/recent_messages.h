// What was accepted of late and may not be in the store yet, of the conversations of one shard: history and unread
// counts are right although the store lags behind the log (failover.md d.6, STALE-1). Stage: store.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "bus/kafka/log.h"
#include "plumbline/base/clock.h"
#include "service/message.h"
#include "store/message_store.h"

namespace plumbline::serve {

// Up to where each partition of chat-messages is in the store. Written by the store's consumer, read by all shards.
class StoredPositions {
 public:
  static constexpr std::size_t kPartitions = 64;

  // `next`: the first offset that is not stored. Never goes back.
  void raise(std::int32_t partition, std::int64_t next);
  [[nodiscard]] std::int64_t next(std::int32_t partition) const;  // 0: nothing known

 private:
  std::array<std::atomic<std::int64_t>, kPartitions> next_{};
};

struct RecentLimits {
  std::size_t messages{200'000};  // per shard
  std::size_t bytes{std::size_t{128} << 20U};
  Duration keep{
      std::chrono::minutes{3}};  // what is stored already: for reads from a replica and while the store is away
};

struct RecentCounters {
  std::uint64_t refusals{0};        // sends to be refused because too much is not stored yet
  std::uint64_t unseen_dropped{0};  // forgotten before it was stored: history lacks it until it is
};

// One per shard, used on that shard.
class RecentMessages {
 public:
  RecentMessages(const StoredPositions& positions, const RecentLimits& limits)
      : positions_(positions), limits_(limits) {}

  // The log has it there. Whoever acknowledges it calls this before.
  void add(const MessagePtr& message, LogPosition at, Time now);
  // The store has it: it was committed directly.
  void add_stored(const MessagePtr& message, Time now);

  // Under which sequence id the message is remembered; 0: it is not. Of two attempts at one message the one counts that
  // the store takes: the first in the log, or one that was committed directly.
  [[nodiscard]] std::uint64_t sequence_of(Uuid id) const;

  // The newest ones that the query asks for, oldest first; what is missing between them is in the store or nowhere.
  [[nodiscard]] std::vector<MessagePtr> newest_of(const HistoryQuery& query) const;
  // Those of conversations of the user that may not be in the store.
  [[nodiscard]] std::vector<MessagePtr> unstored_of(Uuid user);
  [[nodiscard]] std::vector<MessagePtr> unstored_of(const ConversationKey& key, std::uint64_t up_to);
  // Calls back once everything of the conversation up to there is in the store, or at the deadline; possibly at once.
  void when_stored(const ConversationKey& key, std::uint64_t up_to, Time deadline, std::function<void()> then);

  // As much as allowed waits for the store: nothing more may be accepted. Counts when true.
  [[nodiscard]] bool refuses();
  // Notices what was stored, forgets what is old.
  void tick(Time now);

  [[nodiscard]] std::size_t size() const { return kept_.size() + unstored_.size(); }
  [[nodiscard]] std::size_t unstored() const { return unstored_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] const RecentCounters& counters() const { return counters_; }

 private:
  struct Entry {
    MessagePtr message;
    LogPosition at;
    bool stored{false};
  };
  using Conversation = std::map<std::uint64_t, Entry>;  // by sequence id
  struct Place {
    ConversationKey key;
    std::uint64_t sequence;
  };
  struct Kept {
    Place place;
    Time since;
  };
  struct Waiter {
    ConversationKey key;
    std::uint64_t up_to;
    Time deadline;
    std::function<void()> then;
  };

  [[nodiscard]] Entry* insert(const MessagePtr& message, LogPosition at);
  [[nodiscard]] bool other_attempt_counts(const MessagePtr& message, LogPosition at);
  void mark_stored(const MessagePtr& message, LogPosition at, Time now);
  void drop_unstored(const Place& place);
  void keep(const Place& place, Entry& entry, Time now);
  void notice_stored(Time now);
  void trim(Time now);
  void forget(const Place& place);
  [[nodiscard]] bool has_unstored(const ConversationKey& key, std::uint64_t up_to) const;
  void call_waiters(Time now);

  const StoredPositions& positions_;
  RecentLimits limits_;
  std::unordered_map<ConversationKey, Conversation> conversations_;
  std::unordered_map<Uuid, Place> places_;                           // of every message in conversations_
  std::map<std::pair<std::int32_t, std::int64_t>, Place> unstored_;  // by partition and offset
  std::deque<Kept> kept_;                                            // in the store; longest known first
  std::vector<Waiter> waiters_;
  std::size_t bytes_{0};
  std::size_t unstored_bytes_{0};
  Time now_{};
  RecentCounters counters_;
};

}  // namespace plumbline::serve
