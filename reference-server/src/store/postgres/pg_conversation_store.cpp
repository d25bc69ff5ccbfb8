#include "store/postgres/pg_conversation_store.h"

#include "store/postgres/pg_message_rows.h"

namespace plumbline::serve {
namespace {

constexpr PgStatement kFindConversation{
    "conversation_find", "SELECT " PLUMBLINE_SQL_CONVERSATION
                         " FROM conversations c WHERE c.conv_first = $1::uuid AND c.conv_second = $2::uuid"};

constexpr PgStatement kFindConversations{"conversation_find_all",
                                         "SELECT " PLUMBLINE_SQL_CONVERSATION
                                         " FROM unnest($1::uuid[], $2::uuid[]) AS asked(conv_first, conv_second) "
                                         "JOIN conversations c USING (conv_first, conv_second)"};

// Who comes second waits for the first to commit, adds nothing, and finds the first one's row in the next statement.
constexpr PgStatement kOpenConversation{
    "conversation_open",
    "WITH added AS (INSERT INTO conversations (conv_first, conv_second, name, created_at) VALUES ($1::uuid, $2::uuid, "
    "$3::text, $4::bigint) ON CONFLICT DO NOTHING RETURNING conv_first, conv_second) "
    "INSERT INTO conversation_members (conv_first, conv_second, user_id) "
    "SELECT added.conv_first, added.conv_second, member FROM added, unnest($5::uuid[]) AS member"};

constexpr PgStatement kConversationsOfUser{
    "conversation_list", "SELECT " PLUMBLINE_SQL_CONVERSATION
                         ", c.messages - me.sent - me.read_others, x.* "
                         "FROM conversation_members me JOIN conversations c USING (conv_first, conv_second) "
                         "LEFT JOIN LATERAL (SELECT " PLUMBLINE_SQL_MESSAGE ", " PLUMBLINE_SQL_READ_AT
                         " FROM messages m WHERE m.conv_first = c.conv_first AND m.conv_second = c.conv_second "
                         "AND m.sequence_id = c.newest) x ON true WHERE me.user_id = $1::uuid"};

std::vector<PgValue> key_params(const ConversationKey& key) {
  return {key.first.text(), key.second.text()};
}

Result<ConversationPtr> first_conversation(const PgRows& rows, ConversationCache& cache) {
  if (rows.size() == 0) {
    return Error{Errc::not_found, "no such conversation"};
  }
  ConversationPtr found = conversation_in(rows, 0, 0);
  cache.put(found);
  return found;
}

}  // namespace

void PgConversationStore::find(const ConversationKey& key, Done<ConversationPtr> done) {
  if (ConversationPtr known = cache_.find(key)) {
    done(std::move(known));
    return;
  }
  hot_.query(kFindConversation, key_params(key), [this, done = std::move(done)](const Result<PgRowsPtr>& rows) {
    done(rows.has_error() ? Result<ConversationPtr>{rows.error()} : first_conversation(*rows.value(), cache_));
  });
}

void PgConversationStore::open(Conversation conversation, Done<ConversationPtr> done) {
  if (ConversationPtr known = cache_.find(conversation.key)) {
    done(std::move(known));
    return;
  }
  std::vector<std::string> members;
  members.reserve(conversation.members.size());
  for (const Uuid member : conversation.members) {
    members.push_back(member.text());
  }
  std::vector<PgValue> params = key_params(conversation.key);
  params.insert(params.end(),
                {std::move(conversation.name), std::to_string(conversation.created_at), pg_array(members)});
  std::vector<PgCall> calls;
  calls.push_back({&kOpenConversation, std::move(params)});
  calls.push_back({&kFindConversation, key_params(conversation.key)});
  hot_.transaction(std::move(calls), [this, done = std::move(done)](const Result<std::vector<PgRowsPtr>>& rows) {
    done(rows.has_error() ? Result<ConversationPtr>{rows.error()} : first_conversation(*rows.value()[1], cache_));
  });
}

void PgConversationStore::of_user(Uuid user, Done<std::vector<ConversationSummary>> done) {
  reads_.query(kConversationsOfUser, {user.text()}, [this, done = std::move(done)](const Result<PgRowsPtr>& answer) {
    if (answer.has_error()) {
      done(answer.error());
      return;
    }
    const PgRows& rows = *answer.value();
    std::vector<ConversationSummary> all;
    all.reserve(rows.size());
    for (std::size_t row = 0; row < rows.size(); ++row) {
      ConversationSummary line;
      line.conversation = conversation_in(rows, row, 0);
      cache_.put(line.conversation);
      line.unread = static_cast<std::uint64_t>(rows.number(row, kConversationColumns));
      if (const std::size_t last = kConversationColumns + 1; !rows.is_null(row, last)) {
        line.last = message_in(rows, row, last, line.conversation);
        line.read_at = rows.number(row, last + kMessageColumns);
      }
      all.push_back(std::move(line));
    }
    done(std::move(all));
  });
}

void PgConversationStore::find_all(const std::vector<ConversationKey>& keys, Done<ConversationsByKey> done) {
  ConversationsByKey known;
  KeyArrays missing;
  for (const ConversationKey& key : keys) {
    const auto [place, added] = known.try_emplace(key, cache_.find(key));
    if (added && place->second == nullptr) {
      missing.add(key);
    }
  }
  if (missing.first.empty()) {
    done(std::move(known));
    return;
  }
  reads_.query(kFindConversations, {pg_array(missing.first), pg_array(missing.second)},
               [this, known = std::move(known), done = std::move(done)](const Result<PgRowsPtr>& rows) mutable {
                 if (rows.has_error()) {
                   done(rows.error());
                   return;
                 }
                 for (std::size_t row = 0; row < rows.value()->size(); ++row) {
                   const ConversationPtr found = conversation_in(*rows.value(), row, 0);
                   cache_.put(found);
                   known[found->key] = found;
                 }
                 std::erase_if(known, [](const auto& entry) { return entry.second == nullptr; });
                 done(std::move(known));
               });
}

}  // namespace plumbline::serve
