// Conversations that this shard has seen: they never change, so what is here is right. Stage: store.
#pragma once

#include <cstddef>
#include <list>
#include <unordered_map>

#include "service/message.h"

namespace plumbline::serve {

// Bounded; the one not asked for the longest goes first. One per shard.
class ConversationCache {
 public:
  static constexpr std::size_t kDefaultLimit = 50'000;
  explicit ConversationCache(std::size_t limit = kDefaultLimit) : limit_(limit) {}

  [[nodiscard]] ConversationPtr find(const ConversationKey& key);  // null when not here
  void put(const ConversationPtr& conversation);
  [[nodiscard]] std::size_t size() const { return places_.size(); }

 private:
  std::size_t limit_;
  std::list<ConversationPtr> by_use_;  // the latest first
  std::unordered_map<ConversationKey, std::list<ConversationPtr>::iterator> places_;
};

}  // namespace plumbline::serve
