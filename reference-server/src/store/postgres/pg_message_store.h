// The message port on PostgreSQL: one round trip for each call on the hot path. Stage: store.
#pragma once

#include <utility>
#include <vector>

#include "store/message_store.h"
#include "store/postgres/delivery_marks.h"
#include "store/postgres/pg_conversation_store.h"
#include "store/postgres/pg_replica.h"
#include "store/postgres/pg_session.h"
#include "store/reader_places.h"

namespace plumbline::serve {

// `hot` takes what a send waits for; everything else, marks included, goes through `reads` in the order asked.
class PgMessageStore final : public MessageStore {
 public:
  // A `replica` serves older pages of history. Expects the overlay of recent messages on top of this store.
  PgMessageStore(PgSession& hot, PgSession& reads, PgConversationStore& conversations, PgReplica* replica = nullptr)
      : hot_(hot), reads_(reads), conversations_(conversations), replica_(replica), marks_(reads) {}

  // Instances store in whatever order: a free sequence id below the newest one is taken (see MessageStore::append).
  void append(MessagePtr message, Done<void> done) override;
  void sequence_of(const ConversationKey& conversation, Uuid message, Done<std::uint64_t> done) override;
  void stored_sequence_of(const ConversationKey& conversation, Uuid message, std::uint64_t,
                          Done<std::uint64_t> done) override {
    sequence_of(conversation, message, std::move(done));
  }
  void history(const HistoryQuery& query, Done<HistoryPage> done) override;
  void mark_read(const ReadMark& mark, Done<ReadOutcome> done) override;
  // Tried again with later marks when PostgreSQL is away: a mark that is lost is a message that comes twice.
  void mark_delivered(std::vector<ReadMark> marks, Done<void> done) override;
  void undelivered(Uuid user, std::vector<SeenUpTo> seen, Done<std::vector<MessagePtr>> done) override;
  void unread(Uuid user, Done<std::uint64_t> done) override;

  [[nodiscard]] const DeliveryMarks& marks() const { return marks_; }
  [[nodiscard]] std::uint64_t replica_pages() const { return replica_pages_; }

 private:
  void settle_append(const MessagePtr& message, Done<void> done);
  void read_page(PgSession& from, const HistoryQuery& query, const ConversationPtr& conversation,
                 Done<HistoryPage> done);
  void read_older_page(const HistoryQuery& query, const ConversationPtr& conversation, Done<HistoryPage> done);
  void name_conversations(const PgRowsPtr& rows, Done<std::vector<MessagePtr>> done);

  PgSession& hot_;
  PgSession& reads_;
  PgConversationStore& conversations_;
  PgReplica* replica_;
  std::uint64_t replica_pages_{0};
  DeliveryMarks marks_;
};

class PgReaderPlaces final : public ReaderPlaces {
 public:
  explicit PgReaderPlaces(PgSession& reads) : reads_(reads) {}
  void of(Uuid user, const std::vector<MessagePtr>& messages, Done<std::vector<ReaderPlace>> done) override;

 private:
  PgSession& reads_;
};

}  // namespace plumbline::serve
