// Messages for the tests of this folder: one line each.
#pragma once

#include <memory>
#include <string>

#include "service/message.h"

namespace plumbline::serve::test {

inline constexpr Uuid kAnn{1, 1};
inline constexpr Uuid kBob{2, 2};
inline constexpr Uuid kEve{3, 3};

inline ConversationPtr pair_of(Uuid a, Uuid b) {
  auto conversation = std::make_shared<Conversation>();
  conversation->key = ConversationKey::pair(a, b);
  conversation->members = {conversation->key.first, conversation->key.second};
  return conversation;
}

// From the lower to the higher user; its id follows from conversation and number unless `id` says otherwise.
inline MessagePtr message_of(const ConversationPtr& conversation, std::uint64_t sequence, std::uint64_t previous,
                             std::uint64_t id = 0) {
  auto message = std::make_shared<Message>();
  message->id = Uuid{std::hash<ConversationKey>{}(conversation->key), id == 0 ? sequence : id};
  message->conversation = conversation;
  message->sender = conversation->members.front();
  message->sequence = sequence;
  message->previous = previous;
  message->timestamp = static_cast<UnixMillis>(sequence);
  message->text = "text " + std::to_string(sequence);
  message->type = "text";
  message->metadata = "{}";
  return message;
}

inline MessagePtr message_of(const ConversationPtr& conversation, std::uint64_t sequence) {
  return message_of(conversation, sequence, sequence - 1);
}

}  // namespace plumbline::serve::test
