// A database with the schema and a few conversations, for the tests of this folder.
#pragma once

#include <string>

#include "integration/real/private_postgres.h"
#include "store/postgres/migrate.h"
#include "unit/consumer/messages.h"

namespace plumbline::serve::test {

inline void open_conversation(const std::string& uri, const Conversation& conversation) {
  const std::string key = "'" + conversation.key.first.text() + "', '" + conversation.key.second.text() + "'";
  std::string sql = "INSERT INTO conversations (conv_first, conv_second, created_at) VALUES (" + key + ", 1)";
  for (const Uuid member : conversation.members) {
    sql += "; INSERT INTO conversation_members (conv_first, conv_second, user_id) VALUES (" + key + ", '" +
           member.text() + "')";
  }
  real::execute_sql(uri, sql);
}

// With the conversation of Ann and Bob in it.
inline std::string chat_database(real::PrivatePostgres& server) {
  const std::string uri = server.create_database();
  migrate(uri);
  open_conversation(uri, *pair_of(kAnn, kBob));
  return uri;
}

}  // namespace plumbline::serve::test
