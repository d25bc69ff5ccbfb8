// In which order somebody is shown the messages of several conversations that were missed. Stage: store.
#pragma once

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>
#include <vector>

#include "service/message.h"

namespace plumbline::serve {

// By time, but ascending in sequence within each conversation whatever the clocks of several instances said: what
// counts is the highest time in the conversation so far. `message_of(item)` gives the MessagePtr of an item.
template <class Item, class MessageOf>
void sort_for_reader(std::vector<Item>& items, MessageOf message_of) {
  std::stable_sort(items.begin(), items.end(), [&message_of](const Item& a, const Item& b) {
    const Message& x = *message_of(a);
    const Message& y = *message_of(b);
    return std::tie(x.conversation->key, x.sequence) < std::tie(y.conversation->key, y.sequence);
  });
  std::vector<std::pair<UnixMillis, Item>> timed;
  timed.reserve(items.size());
  const Message* before = nullptr;
  for (Item& item : items) {
    const Message& message = *message_of(item);
    const bool same = before != nullptr && before->conversation->key == message.conversation->key;
    const UnixMillis so_far = same ? std::max(timed.back().first, message.timestamp) : message.timestamp;
    before = &message;
    timed.emplace_back(so_far, std::move(item));
  }
  // Stable: equal times stay in the order of conversation and sequence.
  std::stable_sort(timed.begin(), timed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::transform(timed.begin(), timed.end(), items.begin(), [](auto& entry) { return std::move(entry.second); });
}

inline void sort_for_reader(std::vector<MessagePtr>& messages) {
  sort_for_reader(messages, std::identity{});
}

}  // namespace plumbline::serve
