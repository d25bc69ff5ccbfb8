#include "store/recent_messages.h"

#include <algorithm>
#include <utility>

namespace plumbline::serve {
namespace {

constexpr std::size_t kEntryCost = 640;    // the message object, its place in the maps
constexpr LogPosition kCommitted{-1, -1};  // in the store, whether or not in the log

std::size_t cost(const Message& message) {
  return kEntryCost + message.text.size() + message.metadata.size();
}

}  // namespace

void StoredPositions::raise(std::int32_t partition, std::int64_t next) {
  std::atomic<std::int64_t>& cell = next_[static_cast<std::size_t>(partition) % kPartitions];
  std::int64_t seen = cell.load(std::memory_order_relaxed);
  while (seen < next && !cell.compare_exchange_weak(seen, next, std::memory_order_release)) {
  }
}

std::int64_t StoredPositions::next(std::int32_t partition) const {
  return next_[static_cast<std::size_t>(partition) % kPartitions].load(std::memory_order_acquire);
}

// Null when the number is taken: by a copy of the message, or by another one, which the store will renumber.
RecentMessages::Entry* RecentMessages::insert(const MessagePtr& message, LogPosition at_log) {
  if (other_attempt_counts(message, at_log)) {
    return nullptr;
  }
  const auto [at, added] = conversations_[message->conversation->key].try_emplace(message->sequence);
  if (!added) {
    return nullptr;
  }
  at->second.message = message;
  at->second.at = at_log;
  places_.insert_or_assign(message->id, Place{message->conversation->key, message->sequence});
  bytes_ += cost(*message);
  return &at->second;
}

std::uint64_t RecentMessages::sequence_of(Uuid id) const {
  const auto found = places_.find(id);
  return found == places_.end() ? 0 : found->second.sequence;
}

// Two instances may have tried to send the same message, each under a number of its own. What is stored stays; before
// that the lower place in the log wins, since the store reads it in order.
bool RecentMessages::other_attempt_counts(const MessagePtr& message, LogPosition at) {
  const auto found = places_.find(message->id);
  if (found == places_.end() || found->second.sequence == message->sequence) {
    return false;
  }
  const Place other = found->second;
  const Entry& known = conversations_[other.key][other.sequence];
  const bool earlier =
      at.offset == kCommitted.offset || (at.partition == known.at.partition && at.offset < known.at.offset);
  if (known.stored || !earlier) {
    return true;
  }
  drop_unstored(other);
  return false;
}

void RecentMessages::drop_unstored(const Place& place) {
  const Entry& entry = conversations_[place.key][place.sequence];
  unstored_.erase({entry.at.partition, entry.at.offset});
  unstored_bytes_ -= cost(*entry.message);
  forget(place);
}

void RecentMessages::add(const MessagePtr& message, LogPosition at, Time now) {
  now_ = std::max(now_, now);
  if (at.offset < positions_.next(at.partition)) {
    mark_stored(message, at, now);
    return;
  }
  const Place place{message->conversation->key, message->sequence};
  if (unstored_.contains({at.partition, at.offset})) {
    return;
  }
  if (insert(message, at) != nullptr) {
    unstored_.emplace(std::pair{at.partition, at.offset}, place);
    unstored_bytes_ += cost(*message);
    trim(now);
  }
}

void RecentMessages::add_stored(const MessagePtr& message, Time now) {
  now_ = std::max(now_, now);
  mark_stored(message, kCommitted, now);
}

void RecentMessages::mark_stored(const MessagePtr& message, LogPosition at, Time now) {
  const Place place{message->conversation->key, message->sequence};
  if (Entry* entry = insert(message, at)) {
    keep(place, *entry, now);
    trim(now);
    return;
  }
  const auto found = conversations_[place.key].find(place.sequence);
  if (found == conversations_[place.key].end()) {
    return;  // another attempt at it counts
  }
  Entry& there = found->second;
  if (there.message->id == message->id && !there.stored) {
    unstored_.erase({there.at.partition, there.at.offset});
    unstored_bytes_ -= cost(*message);
    keep(place, there, now);
  }
}

void RecentMessages::keep(const Place& place, Entry& entry, Time now) {
  entry.stored = true;
  kept_.push_back({place, now});
}

std::vector<MessagePtr> RecentMessages::newest_of(const HistoryQuery& query) const {
  std::vector<MessagePtr> page;
  if (const auto found = conversations_.find(query.conversation); found != conversations_.end()) {
    auto at = query.before == 0 ? found->second.end() : found->second.lower_bound(query.before);
    while (at != found->second.begin() && page.size() < query.limit) {
      --at;
      page.push_back(at->second.message);
    }
  }
  std::reverse(page.begin(), page.end());
  return page;
}

std::vector<MessagePtr> RecentMessages::unstored_of(Uuid user) {
  notice_stored(now_);
  std::vector<MessagePtr> all;
  for (const auto& [at, place] : unstored_) {
    const MessagePtr& message = conversations_[place.key][place.sequence].message;
    if (message->conversation->has(user)) {
      all.push_back(message);
    }
  }
  return all;
}

std::vector<MessagePtr> RecentMessages::unstored_of(const ConversationKey& key, std::uint64_t up_to) {
  notice_stored(now_);
  std::vector<MessagePtr> all;
  if (const auto found = conversations_.find(key); found != conversations_.end()) {
    for (const auto& [sequence, entry] : found->second) {
      if (sequence <= up_to && !entry.stored) {
        all.push_back(entry.message);
      }
    }
  }
  return all;
}

bool RecentMessages::has_unstored(const ConversationKey& key, std::uint64_t up_to) const {
  const auto found = conversations_.find(key);
  return found != conversations_.end() && std::any_of(found->second.begin(), found->second.upper_bound(up_to),
                                                      [](const auto& entry) { return !entry.second.stored; });
}

void RecentMessages::when_stored(const ConversationKey& key, std::uint64_t up_to, Time deadline,
                                 std::function<void()> then) {
  notice_stored(now_);
  if (!has_unstored(key, up_to)) {
    then();
    return;
  }
  waiters_.push_back({key, up_to, deadline, std::move(then)});
}

bool RecentMessages::refuses() {
  const bool full = unstored_.size() >= limits_.messages || unstored_bytes_ >= limits_.bytes;
  counters_.refusals += full ? 1U : 0U;
  return full;
}

void RecentMessages::tick(Time now) {
  now_ = std::max(now_, now);
  notice_stored(now);
  trim(now);
  call_waiters(now);
}

void RecentMessages::notice_stored(Time now) {
  auto at = unstored_.begin();
  while (at != unstored_.end()) {
    const auto [partition, offset] = at->first;
    if (offset >= positions_.next(partition)) {
      at = unstored_.lower_bound({partition + 1, 0});
      continue;
    }
    Entry& entry = conversations_[at->second.key][at->second.sequence];
    unstored_bytes_ -= cost(*entry.message);
    keep(at->second, entry, now);
    at = unstored_.erase(at);
  }
}

// Only what is stored goes, as long as the unstored rest stays below twice the limits: then refuses() failed to stop
// the flood, and memory comes first.
void RecentMessages::trim(Time now) {
  while (!kept_.empty() &&
         (now - kept_.front().since >= limits_.keep || size() > limits_.messages || bytes_ > limits_.bytes)) {
    forget(kept_.front().place);
    kept_.pop_front();
  }
  while (unstored_.size() > 2 * limits_.messages || unstored_bytes_ > 2 * limits_.bytes) {
    const Place place = unstored_.begin()->second;
    unstored_bytes_ -= cost(*conversations_[place.key][place.sequence].message);
    unstored_.erase(unstored_.begin());
    forget(place);
    ++counters_.unseen_dropped;
  }
}

void RecentMessages::forget(const Place& place) {
  const auto found = conversations_.find(place.key);
  const auto entry = found->second.find(place.sequence);
  bytes_ -= cost(*entry->second.message);
  places_.erase(entry->second.message->id);
  found->second.erase(entry);
  if (found->second.empty()) {
    conversations_.erase(found);
  }
}

void RecentMessages::call_waiters(Time now) {
  const auto first_due = std::stable_partition(waiters_.begin(), waiters_.end(), [&](const Waiter& waiter) {
    return now < waiter.deadline && has_unstored(waiter.key, waiter.up_to);
  });
  const std::vector<Waiter> due{std::make_move_iterator(first_due), std::make_move_iterator(waiters_.end())};
  waiters_.erase(first_due, waiters_.end());
  for (const Waiter& waiter : due) {
    waiter.then();
  }
}

}  // namespace plumbline::serve
