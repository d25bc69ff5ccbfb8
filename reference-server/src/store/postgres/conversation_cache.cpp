#include "store/postgres/conversation_cache.h"

namespace plumbline::serve {

ConversationPtr ConversationCache::find(const ConversationKey& key) {
  const auto found = places_.find(key);
  if (found == places_.end()) {
    return nullptr;
  }
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return *found->second;
}

void ConversationCache::put(const ConversationPtr& conversation) {
  if (find(conversation->key) != nullptr) {
    return;
  }
  by_use_.push_front(conversation);
  places_[conversation->key] = by_use_.begin();
  if (places_.size() > limit_) {
    places_.erase(by_use_.back()->key);
    by_use_.pop_back();
  }
}

}  // namespace plumbline::serve
