// The message store as everybody sees it while the real one lags behind the log: its answers, completed by what was
// accepted of late (failover.md d.6 and d.7). Stage: store.
#pragma once

#include <functional>
#include <memory>

#include "plumbline/base/clock.h"
#include "store/message_store.h"
#include "store/partitions.h"
#include "store/reader_places.h"
#include "store/recent_messages.h"

namespace plumbline::serve {

inline constexpr std::chrono::seconds kReadMarkWait{2};  // for the store to catch up with what was read

class RecentMessageStore final : public MessageStore {
 public:
  RecentMessageStore(MessageStore& inner, ReaderPlaces& places, Partitions<RecentMessages>& recent, std::size_t shard,
                     const Clock& clock)
      : inner_(inner), places_(places), recent_(recent), shard_(shard), clock_(clock) {}

  void append(MessagePtr message, Done<void> done) override { inner_.append(std::move(message), std::move(done)); }
  void sequence_of(const ConversationKey& conversation, Uuid message, Done<std::uint64_t> done) override;
  void stored_sequence_of(const ConversationKey& conversation, Uuid message, std::uint64_t up_to,
                          Done<std::uint64_t> done) override;
  // While the store is away: what is remembered, when that is the whole page; marked stale.
  void history(const HistoryQuery& query, Done<HistoryPage> done) override;
  // A mark beyond what the store has yet waits for the store, not longer than kReadMarkWait.
  void mark_read(const ReadMark& mark, Done<ReadOutcome> done) override;
  void mark_delivered(std::vector<ReadMark> marks, Done<void> done) override {
    inner_.mark_delivered(std::move(marks), std::move(done));
  }
  void undelivered(Uuid user, std::vector<SeenUpTo> seen, Done<std::vector<MessagePtr>> done) override;
  void unread(Uuid user, Done<std::uint64_t> done) override;

 private:
  void when_stored(const ConversationKey& conversation, std::uint64_t up_to, Time deadline, std::function<void()> then);
  void unstored_of(Uuid user, std::function<void(std::vector<MessagePtr>)> done);
  void complete_undelivered(Uuid user, const std::vector<SeenUpTo>& seen, const std::vector<MessagePtr>& waiting,
                            std::vector<MessagePtr> all, Done<std::vector<MessagePtr>> done);
  void count_unread(Uuid user, int attempts, Done<std::uint64_t> done);
  void recount(Uuid user, int attempts, std::vector<MessagePtr> waiting, std::vector<ReaderPlace> places,
               Done<std::uint64_t> done);

  MessageStore& inner_;
  ReaderPlaces& places_;
  Partitions<RecentMessages>& recent_;
  std::size_t shard_;
  const Clock& clock_;
};

}  // namespace plumbline::serve
