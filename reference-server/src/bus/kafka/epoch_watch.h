// Watches that the fence works: within a conversation the epoch never falls while the sequence id rises (failover.md
// d.2 step 7). Stage: bus.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "service/message.h"

namespace plumbline::serve {

// Used on one thread. Remembers a bounded number of conversations; when there are more it starts afresh.
class EpochWatch {
 public:
  explicit EpochWatch(std::size_t conversations = 100'000) : limit_(conversations) {}

  // False when this message has a higher sequence id and a lower epoch than one before it.
  [[nodiscard]] bool agrees(const Message& message) {
    if (seen_.size() >= limit_ && !seen_.contains(message.conversation->key)) {
      seen_.clear();
    }
    Newest& newest = seen_[message.conversation->key];
    if (message.sequence <= newest.sequence) {
      return true;
    }
    const bool fell = message.epoch < newest.epoch;
    newest = {message.sequence, fell ? newest.epoch : message.epoch};
    return !fell;
  }

 private:
  struct Newest {
    std::uint64_t sequence{0};
    std::int64_t epoch{0};
  };
  std::size_t limit_;
  std::unordered_map<ConversationKey, Newest> seen_;
};

}  // namespace plumbline::serve
