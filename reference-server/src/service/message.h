// The values that travel through the chat core: conversations, messages, receipts. Immutable once shared. Stage:
// service.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "service/uuid.h"

namespace plumbline::serve {

using UnixMillis = std::int64_t;  // wall time, what the wire shows as ISO-8601

struct Conversation {
  ConversationKey key;
  std::vector<Uuid> members;  // ascending, unique
  std::string name;           // groups only
  UnixMillis created_at{0};

  [[nodiscard]] bool has(Uuid user) const;
};
using ConversationPtr = std::shared_ptr<const Conversation>;

struct Message {
  Uuid id;
  ConversationPtr conversation;
  Uuid sender;
  std::uint64_t sequence{0};
  std::uint64_t previous{0};  // sequence id of the message before, 0 for the first (ORD-1)
  std::int64_t epoch{0};      // of the fence that gave out the sequence id; 0 in memory
  UnixMillis timestamp{0};    // never earlier than that of the message before
  std::string text;           // byte for byte as sent
  std::string type;
  std::string metadata;  // JSON object text

  // Whom a direct message is for; the sender in a conversation with oneself; nil in a group.
  [[nodiscard]] Uuid receiver() const;
};
using MessagePtr = std::shared_ptr<const Message>;

struct Typing {
  ConversationKey conversation;
  std::vector<Uuid> to;  // who is told
  Uuid user;
  bool is_typing{false};
  UnixMillis timestamp{0};
};

struct ReadReceipt {
  ConversationPtr conversation;
  Uuid reader;
  std::uint64_t up_to{0};
  UnixMillis read_at{0};
};

}  // namespace plumbline::serve
