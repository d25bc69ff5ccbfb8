#include "store/postgres/pg_message_rows.h"

namespace plumbline::serve {

Uuid uuid_in(const PgRows& rows, std::size_t row, std::size_t column) {
  return Uuid::parse(rows.text(row, column)).value_or(Uuid{});  // the nil uuid means nobody, here as there
}

ConversationKey key_in(const PgRows& rows, std::size_t row, std::size_t column) {
  return {uuid_in(rows, row, column), uuid_in(rows, row, column + 1)};
}

MessagePtr message_in(const PgRows& rows, std::size_t row, std::size_t column, const ConversationPtr& conversation) {
  auto message = std::make_shared<Message>();
  message->conversation = conversation;
  message->sequence = static_cast<std::uint64_t>(rows.number(row, column + 2));
  message->id = uuid_in(rows, row, column + 3);
  message->sender = uuid_in(rows, row, column + 4);
  message->previous = static_cast<std::uint64_t>(rows.number(row, column + 5));
  message->epoch = rows.number(row, column + 6);
  message->timestamp = rows.number(row, column + 7);
  message->text = rows.text(row, column + 8);
  message->type = rows.text(row, column + 9);
  message->metadata = rows.text(row, column + 10);
  return message;
}

ConversationPtr conversation_in(const PgRows& rows, std::size_t row, std::size_t column) {
  auto conversation = std::make_shared<Conversation>();
  conversation->key = key_in(rows, row, column);
  conversation->name = rows.text(row, column + 2);
  conversation->created_at = rows.number(row, column + 3);
  for (std::string_view rest = rows.text(row, column + 4); !rest.empty();) {
    const std::string_view one = rest.substr(0, rest.find(','));
    conversation->members.push_back(Uuid::parse(one).value_or(Uuid{}));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
  }
  return conversation;
}

void KeyArrays::add(const ConversationKey& key) {
  first.push_back(key.first.text());
  second.push_back(key.second.text());
}

}  // namespace plumbline::serve
