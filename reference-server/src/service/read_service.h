// Marks a conversation as read up to a message and tells the other members once per change. Stage: service.
#pragma once

#include "bus/event_bus.h"
#include "plumbline/base/clock.h"
#include "store/conversation_store.h"
#include "store/message_store.h"

namespace plumbline::serve {

// One per shard; called on the shard that owns the conversation.
class ReadService {
 public:
  ReadService(ConversationStore& conversations, MessageStore& messages, EventBus& bus, const Clock& clock)
      : conversations_(conversations), messages_(messages), bus_(bus), clock_(clock) {}

  // Cumulative, monotone, never beyond the newest message. Errc::not_found: no such conversation for this user.
  void mark_read(const ConversationKey& key, Uuid reader, std::uint64_t up_to, Done<ReadOutcome> done);

 private:
  ConversationStore& conversations_;
  MessageStore& messages_;
  EventBus& bus_;
  const Clock& clock_;
};

}  // namespace plumbline::serve
