#include "store/postgres/pg_message_store.h"

#include <algorithm>
#include <limits>

#include "plumbline/base/clock.h"
#include "store/postgres/pg_message_rows.h"

namespace plumbline::serve {
namespace {

// Nothing inserted: the conversation is unknown, or the id or the sequence id is there already (kFindClash tells).
constexpr PgStatement kAppendMessage{
    "message_append",
    "INSERT INTO messages (conv_first, conv_second, sequence_id, message_id, sender_id, previous_id, epoch, sent_at, "
    "content, type, metadata) SELECT c.conv_first, c.conv_second, $3::bigint, $4::uuid, $5::uuid, $6::bigint, "
    "$7::bigint, $8::bigint, $9::text, $10::text, $11::text FROM conversations c "
    "WHERE c.conv_first = $1::uuid AND c.conv_second = $2::uuid ON CONFLICT DO NOTHING"};

// Each half by a whole unique key.
constexpr PgStatement kFindClash{
    "message_clash",
    "SELECT m.message_id = $4::uuid FROM messages m WHERE m.conv_first = $1::uuid AND m.conv_second = $2::uuid "
    "AND m.message_id = $4::uuid UNION ALL "
    "SELECT m.message_id = $4::uuid FROM messages m WHERE m.conv_first = $1::uuid AND m.conv_second = $2::uuid "
    "AND m.sequence_id = $3::bigint ORDER BY 1 DESC LIMIT 1"};

constexpr PgStatement kSequenceOf{"message_sequence_of",
                                  "SELECT sequence_id FROM messages WHERE conv_first = $1::uuid AND conv_second = "
                                  "$2::uuid AND message_id = $3::uuid"};

// A mark at or beyond a message says when it came; in a direct conversation the receiver is the other one.
constexpr PgStatement kHistory{
    "message_history",
    "SELECT " PLUMBLINE_SQL_MESSAGE ", " PLUMBLINE_SQL_READ_AT
    ", CASE WHEN m.conv_first = m.conv_second THEN NULL ELSE "
    "(SELECT k.at FROM member_marks k WHERE k.conv_first = m.conv_first AND k.conv_second = m.conv_second "
    "AND k.user_id = CASE WHEN m.sender_id = m.conv_first THEN m.conv_second ELSE m.conv_first END AND k.kind = 0 "
    "AND k.up_to >= m.sequence_id ORDER BY k.up_to LIMIT 1) END "
    "FROM (SELECT * FROM messages p WHERE p.conv_first = $1::uuid AND p.conv_second = $2::uuid "
    "AND p.sequence_id < $3::bigint ORDER BY p.sequence_id DESC LIMIT $4::bigint) m ORDER BY m.sequence_id DESC"};

// No message comes and no other mark moves between the lock and the count: the next statement sees what is final.
constexpr PgStatement kLockReader{
    "mark_read_lock",
    "SELECT 1 FROM conversations c JOIN conversation_members m USING (conv_first, conv_second) "
    "WHERE c.conv_first = $1::uuid AND c.conv_second = $2::uuid AND m.user_id = $3::uuid "
    "FOR SHARE OF c FOR NO KEY UPDATE OF m"};

constexpr PgStatement kMarkRead{
    "mark_read",
    "WITH me AS MATERIALIZED (SELECT m.conv_first, m.conv_second, m.user_id, m.read_to, m.read_at, "
    "least($4::bigint, c.newest) AS goal "
    "FROM conversations c JOIN conversation_members m USING (conv_first, conv_second) "
    "WHERE c.conv_first = $1::uuid AND c.conv_second = $2::uuid AND m.user_id = $3::uuid), "
    "moved AS (UPDATE conversation_members m SET read_to = me.goal, read_at = greatest(me.read_at, $5::bigint), "
    "read_others = m.read_others + (SELECT count(*) FROM messages x WHERE x.conv_first = $1::uuid "
    "AND x.conv_second = $2::uuid AND x.sequence_id > me.read_to AND x.sequence_id <= me.goal "
    "AND x.sender_id <> $3::uuid) FROM me WHERE m.conv_first = me.conv_first AND m.conv_second = me.conv_second "
    "AND m.user_id = me.user_id AND me.goal > me.read_to "
    "RETURNING m.conv_first, m.conv_second, m.user_id, m.read_to, m.read_at), "
    "marked AS (INSERT INTO member_marks (conv_first, conv_second, user_id, kind, up_to, at) "
    "SELECT conv_first, conv_second, user_id, 1, read_to, read_at FROM moved ON CONFLICT DO NOTHING) "
    "SELECT EXISTS (SELECT 1 FROM moved), coalesce((SELECT read_to FROM moved), me.read_to) FROM me"};

// By the highest time so far in the conversation: its own order stays, whatever the clocks of the instances said. The
// limit keeps the planner from looking at a conversation before it knows where to begin.
constexpr PgStatement kUndelivered{
    "message_undelivered",
    "WITH mine AS MATERIALIZED (SELECT me.conv_first, me.conv_second, coalesce(s.up_to, me.delivered_to) AS up_to "
    "FROM conversation_members me LEFT JOIN unnest($2::uuid[], $3::uuid[], $4::bigint[]) "
    "AS s(conv_first, conv_second, up_to) USING (conv_first, conv_second) WHERE me.user_id = $1::uuid), "
    "behind AS MATERIALIZED (SELECT mine.* FROM mine JOIN conversations c USING (conv_first, conv_second) "
    "WHERE c.newest > mine.up_to) "
    "SELECT " PLUMBLINE_SQL_MESSAGE
    " FROM (SELECT x.*, max(x.sent_at) OVER (PARTITION BY x.conv_first, "
    "x.conv_second ORDER BY x.sequence_id) AS so_far FROM behind CROSS JOIN LATERAL (SELECT * FROM messages p "
    "WHERE p.conv_first = behind.conv_first AND p.conv_second = behind.conv_second "
    "AND p.sequence_id > behind.up_to ORDER BY p.sequence_id LIMIT 1000000000) x) m "
    "ORDER BY m.so_far, m.conv_first, m.conv_second, m.sequence_id"};

constexpr PgStatement kUnread{
    "message_unread",
    "SELECT coalesce(sum(c.messages - m.sent - m.read_others), 0)::bigint FROM conversation_members m "
    "JOIN conversations c USING (conv_first, conv_second) WHERE m.user_id = $1::uuid"};

constexpr PgStatement kPlaces{
    "reader_places",
    "SELECT EXISTS (SELECT 1 FROM messages x WHERE x.conv_first = a.conv_first AND x.conv_second = a.conv_second "
    "AND x.message_id = a.message_id), coalesce(m.delivered_to >= a.sequence_id, false), "
    "coalesce(m.read_to >= a.sequence_id, false) "
    "FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::uuid[]) WITH ORDINALITY "
    "AS a(conv_first, conv_second, sequence_id, message_id, place) LEFT JOIN conversation_members m "
    "ON m.conv_first = a.conv_first AND m.conv_second = a.conv_second AND m.user_id = $1::uuid ORDER BY a.place"};

std::string number_text(std::uint64_t value) {
  return std::to_string(std::min(value, std::uint64_t{std::numeric_limits<std::int64_t>::max()}));
}

bool settled(const HistoryPage& page, const Conversation& conversation) {
  const bool shows_delivery = conversation.key.direct() && conversation.key.first != conversation.key.second;
  return std::all_of(page.rows.begin(), page.rows.end(), [shows_delivery](const HistoryRow& row) {
    return row.read_at != 0 && (row.delivered_at != 0 || !shows_delivery);
  });
}

std::vector<PgValue> place_params(const Message& message) {
  const ConversationKey& key = message.conversation->key;
  return {key.first.text(), key.second.text(), number_text(message.sequence), message.id.text()};
}

}  // namespace

void PgMessageStore::append(MessagePtr message, Done<void> done) {
  std::vector<PgValue> params = place_params(*message);
  params.insert(params.end(), {message->sender.text(), number_text(message->previous), std::to_string(message->epoch),
                               std::to_string(message->timestamp), message->text, message->type, message->metadata});
  hot_.query(kAppendMessage, std::move(params),
             [this, message = std::move(message), done = std::move(done)](const Result<PgRowsPtr>& rows) {
               if (rows.has_error()) {
                 done(rows.error());
               } else if (rows.value()->affected() == 1) {
                 done({});
               } else {
                 settle_append(message, done);
               }
             });
}

void PgMessageStore::sequence_of(const ConversationKey& conversation, Uuid message, Done<std::uint64_t> done) {
  hot_.query(kSequenceOf, {conversation.first.text(), conversation.second.text(), message.text()},
             [done = std::move(done)](const Result<PgRowsPtr>& rows) {
               if (rows.has_error()) {
                 done(rows.error());
               } else {
                 done(rows.value()->size() == 0 ? 0 : static_cast<std::uint64_t>(rows.value()->number(0, 0)));
               }
             });
}

void PgMessageStore::settle_append(const MessagePtr& message, Done<void> done) {
  hot_.query(kFindClash, place_params(*message), [done = std::move(done)](const Result<PgRowsPtr>& rows) {
    if (rows.has_error()) {
      done(rows.error());
    } else if (rows.value()->size() == 0) {
      done(Error{Errc::not_found, "append to an unknown conversation"});
    } else {
      done(rows.value()->truth(0, 0) ? Result<void>{} : Error{Errc::conflict, "sequence id already used"});
    }
  });
}

void PgMessageStore::history(const HistoryQuery& query, Done<HistoryPage> done) {
  conversations_.find(query.conversation, [this, query, done = std::move(done)](const Result<ConversationPtr>& found) {
    if (found.has_value() && query.before != 0 && replica_ != nullptr && replica_->fresh(steady_now())) {
      read_older_page(query, found.value(), done);
    } else if (found.has_value()) {
      read_page(reads_, query, found.value(), done);
    } else {
      done(found.error().code == Errc::not_found ? Result<HistoryPage>{HistoryPage{}} : found.error());
    }
  });
}

// Marks never change once they are there: a page that everybody has read is the same on the primary.
void PgMessageStore::read_older_page(const HistoryQuery& query, const ConversationPtr& conversation,
                                     Done<HistoryPage> done) {
  read_page(replica_->session(), query, conversation,
            [this, query, conversation, done = std::move(done)](Result<HistoryPage> page) {
              if (page.has_error() || !settled(page.value(), *conversation)) {
                read_page(reads_, query, conversation, done);
                return;
              }
              ++replica_pages_;
              done(std::move(page));
            });
}

void PgMessageStore::read_page(PgSession& from, const HistoryQuery& query, const ConversationPtr& conversation,
                               Done<HistoryPage> done) {
  const std::uint64_t before = query.before == 0 ? std::numeric_limits<std::uint64_t>::max() : query.before;
  from.query(kHistory,
             {query.conversation.first.text(), query.conversation.second.text(), number_text(before),
              number_text(query.limit + 1)},
             [conversation, limit = query.limit, done = std::move(done)](const Result<PgRowsPtr>& answer) {
               if (answer.has_error()) {
                 done(answer.error());
                 return;
               }
               const PgRows& rows = *answer.value();
               HistoryPage page;
               page.has_more = rows.size() > limit;  // one more than asked for
               for (std::size_t row = std::min(rows.size(), limit); row-- > 0;) {
                 page.rows.push_back({message_in(rows, row, 0, conversation), rows.number(row, kMessageColumns),
                                      rows.number(row, kMessageColumns + 1)});
               }
               done(std::move(page));
             });
}

void PgMessageStore::mark_read(const ReadMark& mark, Done<ReadOutcome> done) {
  const std::vector<PgValue> reader{mark.conversation.first.text(), mark.conversation.second.text(), mark.user.text()};
  std::vector<PgValue> params = reader;
  params.insert(params.end(), {number_text(mark.up_to), std::to_string(mark.at)});
  std::vector<PgCall> calls;
  calls.push_back({&kLockReader, reader});
  calls.push_back({&kMarkRead, std::move(params)});
  reads_.transaction(std::move(calls), [done = std::move(done)](const Result<std::vector<PgRowsPtr>>& answer) {
    if (answer.has_error()) {
      done(answer.error());
      return;
    }
    const PgRows& rows = *answer.value()[1];
    if (rows.size() == 0) {
      done(Error{Errc::not_found, "no such conversation for this user"});
    } else {
      done(ReadOutcome{rows.truth(0, 0), static_cast<std::uint64_t>(rows.number(0, 1))});
    }
  });
}

void PgMessageStore::mark_delivered(std::vector<ReadMark> marks, Done<void> done) {
  marks_.add(marks);
  marks_.flush(std::move(done));
}

void PgMessageStore::undelivered(Uuid user, std::vector<SeenUpTo> seen, Done<std::vector<MessagePtr>> done) {
  marks_.flush([](const Result<void>&) {});
  std::unordered_map<ConversationKey, std::uint64_t> own;
  for (const SeenUpTo& each : seen) {
    own[each.conversation] = each.sequence;
  }
  KeyArrays keys;
  std::vector<std::int64_t> up_to;
  for (const auto& [key, sequence] : own) {
    keys.add(key);
    up_to.push_back(
        static_cast<std::int64_t>(std::min(sequence, std::uint64_t{std::numeric_limits<std::int64_t>::max()})));
  }
  reads_.query(kUndelivered, {user.text(), pg_array(keys.first), pg_array(keys.second), pg_array(up_to)},
               [this, done = std::move(done)](const Result<PgRowsPtr>& rows) {
                 if (rows.has_error()) {
                   done(rows.error());
                 } else {
                   name_conversations(rows.value(), done);
                 }
               });
}

void PgMessageStore::name_conversations(const PgRowsPtr& rows, Done<std::vector<MessagePtr>> done) {
  std::vector<ConversationKey> keys;
  keys.reserve(rows->size());
  for (std::size_t row = 0; row < rows->size(); ++row) {
    keys.push_back(key_in(*rows, row, 0));
  }
  conversations_.find_all(keys, [rows, keys, done = std::move(done)](const Result<ConversationsByKey>& known) {
    if (known.has_error()) {
      done(known.error());
      return;
    }
    std::vector<MessagePtr> all;
    all.reserve(rows->size());
    for (std::size_t row = 0; row < rows->size(); ++row) {
      if (const auto found = known.value().find(keys[row]); found != known.value().end()) {
        all.push_back(message_in(*rows, row, 0, found->second));
      }
    }
    done(std::move(all));
  });
}

void PgMessageStore::unread(Uuid user, Done<std::uint64_t> done) {
  reads_.query(kUnread, {user.text()}, [done = std::move(done)](const Result<PgRowsPtr>& rows) {
    done(rows.has_error() ? Result<std::uint64_t>{rows.error()}
                          : static_cast<std::uint64_t>(std::max<std::int64_t>(rows.value()->number(0, 0), 0)));
  });
}

void PgReaderPlaces::of(Uuid user, const std::vector<MessagePtr>& messages, Done<std::vector<ReaderPlace>> done) {
  KeyArrays keys;
  std::vector<std::int64_t> sequences;
  std::vector<std::string> ids;
  for (const MessagePtr& message : messages) {
    keys.add(message->conversation->key);
    sequences.push_back(static_cast<std::int64_t>(message->sequence));
    ids.push_back(message->id.text());
  }
  reads_.query(kPlaces, {user.text(), pg_array(keys.first), pg_array(keys.second), pg_array(sequences), pg_array(ids)},
               [done = std::move(done)](const Result<PgRowsPtr>& answer) {
                 if (answer.has_error()) {
                   done(answer.error());
                   return;
                 }
                 const PgRows& rows = *answer.value();
                 std::vector<ReaderPlace> places;
                 places.reserve(rows.size());
                 for (std::size_t row = 0; row < rows.size(); ++row) {
                   places.push_back({rows.truth(row, 0), rows.truth(row, 1), rows.truth(row, 2)});
                 }
                 done(std::move(places));
               });
}

}  // namespace plumbline::serve
