#include "store/postgres/direct_store.h"

#include <utility>

#include "bus/kafka/record.h"
#include "mutant/mutant.h"
#include "store/postgres/pg_text.h"

namespace plumbline::serve {
namespace {

constexpr PgStatement kCommit{
    "direct_commit",
    "WITH stored AS (INSERT INTO messages (conv_first, conv_second, sequence_id, message_id, sender_id, previous_id, "
    "epoch, sent_at, content, type, metadata) VALUES ($1::uuid, $2::uuid, $3::bigint, $4::uuid, $5::uuid, $6::bigint, "
    "$7::bigint, $8::bigint, $9::text, $10::text, $11::text) ON CONFLICT DO NOTHING RETURNING 1), "
    "queued AS (INSERT INTO outbox (topic, key, payload) SELECT $12::text, $13::text, $14::text FROM stored) "
    "SELECT count(*) FROM stored"};

// A statement of its own: the first one's snapshot may be older than the row that it met.
constexpr PgStatement kIsStored{"direct_is_stored",
                                "SELECT sequence_id FROM messages WHERE conv_first = $1::uuid AND conv_second = "
                                "$2::uuid AND message_id = $3::uuid"};

constexpr PgStatement kCommitAlone{
    "direct_commit_alone",
    "INSERT INTO messages (conv_first, conv_second, sequence_id, message_id, sender_id, previous_id, epoch, sent_at, "
    "content, type, metadata) VALUES ($1::uuid, $2::uuid, $3::bigint, $4::uuid, $5::uuid, $6::bigint, $7::bigint, "
    "$8::bigint, $9::text, $10::text, $11::text) ON CONFLICT DO NOTHING RETURNING 1"};

constexpr PgStatement kQueueAlone{"direct_queue_alone",
                                  "INSERT INTO outbox (topic, key, payload) VALUES ($1::text, $2::text, $3::text)"};

std::vector<PgValue> row_of(const Message& message) {
  return {message.conversation->key.first.text(),
          message.conversation->key.second.text(),
          std::to_string(message.sequence),
          message.id.text(),
          message.sender.text(),
          std::to_string(message.previous),
          std::to_string(message.epoch),
          std::to_string(message.timestamp),
          pg_text(message.text),
          pg_text(message.type),
          pg_text(message.metadata)};
}

std::vector<PgValue> queued(const MessagePtr& message) {
  return {std::string{topic_name(Topic::chat_messages)}, partition_key(message), encode_record(message)};
}

}  // namespace

void PgDirectStore::commit(MessagePtr message, Done<void> done) {
  if (active(Mutant::outbox_after_commit)) {
    commit_then_queue(message, std::move(done));
    return;
  }
  std::vector<PgValue> params = row_of(*message);
  for (PgValue& value : queued(message)) {
    params.push_back(std::move(value));
  }
  session_.query(kCommit, std::move(params),
                 [this, message = std::move(message), done = std::move(done)](const Result<PgRowsPtr>& rows) {
                   if (rows.has_error()) {
                     done(rows.error());
                   } else if (rows.value()->number(0, 0) == 1) {
                     done({});
                   } else {
                     tell_copy_from_conflict(message, done);
                   }
                 });
}

// Each outbox row comes with the next commit: when none comes, or the instance dies, the log never gets the message.
void PgDirectStore::commit_then_queue(const MessagePtr& message, Done<void> done) {
  if (MessagePtr previous = std::exchange(mutant_held_, message)) {
    session_.query(kQueueAlone, queued(previous), [](const Result<PgRowsPtr>&) {});
  }
  session_.query(kCommitAlone, row_of(*message), [done = std::move(done)](const Result<PgRowsPtr>& rows) {
    done(rows.has_error() ? Result<void>{rows.error()} : Result<void>{});
  });
}

void PgDirectStore::tell_copy_from_conflict(const MessagePtr& message, Done<void> done) {
  const ConversationKey& key = message->conversation->key;
  session_.query(kIsStored, {key.first.text(), key.second.text(), message->id.text()},
                 [done = std::move(done), sequence = message->sequence](const Result<PgRowsPtr>& rows) {
                   if (rows.has_error()) {
                     // Nothing of this message was done, but a copy may be there: the outcome is not known.
                     done(Error{Errc::timeout, "whether the message is stored is not known"});
                   } else if (rows.value()->size() == 1) {
                     const bool same = static_cast<std::uint64_t>(rows.value()->number(0, 0)) == sequence;
                     done(same ? Result<void>{} : Error{Errc::timeout, "stored by another attempt"});
                   } else {
                     done(Error{Errc::conflict, "sequence id already used"});
                   }
                 });
}

}  // namespace plumbline::serve
