// Who is typing where: passes it on, and ends it five seconds after the last sign of life. Stage: service.
#pragma once

#include <chrono>
#include <unordered_map>

#include "bus/event_bus.h"
#include "plumbline/base/clock.h"
#include "store/conversation_store.h"

namespace plumbline::serve {

inline constexpr std::chrono::seconds kTypingExpiry{5};
inline constexpr std::size_t kMaxTyping = 100'000;  // per shard; beyond it signs of typing are dropped

// One per shard; called on the shard that owns the conversation.
class TypingService {
 public:
  TypingService(ConversationStore& conversations, EventBus& bus, const Clock& clock)
      : conversations_(conversations), bus_(bus), clock_(clock) {}

  // Tells the other members. Errc::not_found: no such conversation for this user. A pair that has not written yet
  // counts as a conversation of both. Errc::overflow: too many are typing.
  void typing(const ConversationKey& key, Uuid user, bool is_typing, Done<void> done);
  void tick(Time now);

  [[nodiscard]] std::size_t active_typists() const { return active_.size(); }

 private:
  struct Typist {
    ConversationKey conversation;
    Uuid user;
    bool operator==(const Typist&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Typist& typist) const noexcept {
      return std::hash<ConversationKey>{}(typist.conversation) ^ std::hash<Uuid>{}(typist.user);
    }
  };
  struct Active {
    Time until;
    std::vector<Uuid> to;
  };
  void publish(const Typist& typist, std::vector<Uuid> to, bool is_typing);

  ConversationStore& conversations_;
  EventBus& bus_;
  const Clock& clock_;
  std::unordered_map<Typist, Active, Hash> active_;
};

}  // namespace plumbline::serve
