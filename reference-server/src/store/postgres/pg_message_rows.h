// Rows of PostgreSQL as the values of the chat core: columns in, messages and conversations out. Stage: store.
#pragma once

#include <string>

#include "service/message.h"
#include "store/postgres/pg_session.h"

namespace plumbline::serve {

// Columns of a message in the order that message_in() expects, of a row named `m`.
#define PLUMBLINE_SQL_MESSAGE                                                                                  \
  "m.conv_first, m.conv_second, m.sequence_id, m.message_id, m.sender_id, m.previous_id, m.epoch, m.sent_at, " \
  "m.content, m.type, m.metadata"
// When the last of the others read message `m`; 0 while not all have.
#define PLUMBLINE_SQL_READ_AT                                                                                   \
  "(SELECT CASE WHEN bool_or(r.at IS NULL) THEN 0 ELSE coalesce(max(r.at), 0) END FROM conversation_members o " \
  "LEFT JOIN LATERAL (SELECT k.at FROM member_marks k WHERE o.read_to >= m.sequence_id AND "                    \
  "k.conv_first = o.conv_first AND k.conv_second = o.conv_second AND k.user_id = o.user_id AND k.kind = 1 AND " \
  "k.up_to >= m.sequence_id ORDER BY k.up_to LIMIT 1) r ON true "                                               \
  "WHERE o.conv_first = m.conv_first AND o.conv_second = m.conv_second AND o.user_id <> m.sender_id)"
// Columns of a conversation in the order that conversation_in() expects, of a row named `c`.
#define PLUMBLINE_SQL_CONVERSATION                                                                                  \
  "c.conv_first, c.conv_second, c.name, c.created_at, (SELECT string_agg(o.user_id::text, ',' ORDER BY o.user_id) " \
  "FROM conversation_members o WHERE o.conv_first = c.conv_first AND o.conv_second = c.conv_second)"

inline constexpr std::size_t kMessageColumns = 11;
inline constexpr std::size_t kConversationColumns = 5;

[[nodiscard]] Uuid uuid_in(const PgRows& rows, std::size_t row, std::size_t column);
[[nodiscard]] ConversationKey key_in(const PgRows& rows, std::size_t row, std::size_t column);
[[nodiscard]] MessagePtr message_in(const PgRows& rows, std::size_t row, std::size_t column,
                                    const ConversationPtr& conversation);
[[nodiscard]] ConversationPtr conversation_in(const PgRows& rows, std::size_t row, std::size_t column);

// Array literals of many keys, side by side.
struct KeyArrays {
  std::vector<std::string> first;
  std::vector<std::string> second;
  void add(const ConversationKey& key);
};

}  // namespace plumbline::serve
