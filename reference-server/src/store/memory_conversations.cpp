#include "store/memory_conversations.h"

#include <algorithm>

namespace plumbline::serve {

MemoryConversations::Member* MemoryConversations::Entry::member(Uuid user) {
  const auto at = std::lower_bound(members.begin(), members.end(), user,
                                   [](const Member& m, Uuid wanted) { return m.user < wanted; });
  return at != members.end() && at->user == user ? &*at : nullptr;
}

std::size_t MemoryConversations::Entry::first_after(std::uint64_t sequence) const {
  const auto at = std::upper_bound(rows.begin(), rows.end(), sequence,
                                   [](std::uint64_t wanted, const Row& row) { return wanted < row.message->sequence; });
  return static_cast<std::size_t>(at - rows.begin());
}

UnixMillis MemoryConversations::Entry::read_at(const Message& message) const {
  UnixMillis latest = 0;
  for (const Member& member : members) {
    if (member.user == message.sender) {
      continue;
    }
    const auto first = std::lower_bound(member.reads.begin(), member.reads.end(), message.sequence,
                                        [](const auto& read, std::uint64_t wanted) { return read.first < wanted; });
    if (first == member.reads.end()) {
      return 0;
    }
    latest = std::max(latest, first->second);
  }
  return latest;
}

ConversationPtr MemoryConversations::find(const ConversationKey& key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : found->second.conversation;
}

ConversationPtr MemoryConversations::open(Conversation conversation) {
  const auto [at, added] = entries_.try_emplace(conversation.key);
  Entry& entry = at->second;
  if (added) {
    entry.conversation = std::make_shared<const Conversation>(std::move(conversation));
    for (const Uuid user : entry.conversation->members) {
      entry.members.push_back({.user = user, .read_to = 0, .delivered_to = 0, .unread = 0, .reads = {}});
      by_user_[user].push_back(&entry);
    }
  }
  return entry.conversation;
}

std::vector<ConversationSummary> MemoryConversations::of_user(Uuid user) const {
  std::vector<ConversationSummary> all;
  const auto found = by_user_.find(user);
  if (found == by_user_.end()) {
    return all;
  }
  for (Entry* entry : found->second) {
    ConversationSummary line{entry->conversation, nullptr, 0, entry->member(user)->unread};
    if (!entry->rows.empty()) {
      line.last = entry->rows.back().message;
      line.read_at = entry->read_at(*line.last);
    }
    all.push_back(std::move(line));
  }
  return all;
}

Result<void> MemoryConversations::append(MessagePtr message) {
  const auto found = entries_.find(message->conversation->key);
  if (found == entries_.end()) {
    return Error{Errc::not_found, "append to an unknown conversation"};
  }
  Entry& entry = found->second;
  if (entry.sequences.contains(message->id)) {
    return {};
  }
  if (message->sequence <= entry.newest()) {
    return Error{Errc::conflict, "sequence id already used"};
  }
  for (Member& member : entry.members) {
    member.unread += member.user == message->sender ? 0U : 1U;
  }
  entry.sequences.emplace(message->id, message->sequence);
  entry.rows.push_back({std::move(message), 0});
  return {};
}

std::uint64_t MemoryConversations::sequence_of(const ConversationKey& key, Uuid message) const {
  const auto conversation = entries_.find(key);
  if (conversation == entries_.end()) {
    return 0;
  }
  const auto found = conversation->second.sequences.find(message);
  return found == conversation->second.sequences.end() ? 0 : found->second;
}

HistoryPage MemoryConversations::history(const HistoryQuery& query) const {
  HistoryPage page;
  const auto found = entries_.find(query.conversation);
  if (found == entries_.end()) {
    return page;
  }
  const Entry& entry = found->second;
  const std::size_t end = query.before == 0 ? entry.rows.size() : entry.first_after(query.before - 1);
  const std::size_t begin = end > query.limit ? end - query.limit : 0;
  page.has_more = begin > 0;
  page.rows.reserve(end - begin);
  for (std::size_t i = begin; i < end; ++i) {
    const Row& row = entry.rows[i];
    page.rows.push_back({row.message, entry.read_at(*row.message), row.delivered_at});
  }
  return page;
}

Result<ReadOutcome> MemoryConversations::mark_read(const ReadMark& mark) {
  const auto found = entries_.find(mark.conversation);
  Member* member = found == entries_.end() ? nullptr : found->second.member(mark.user);
  if (member == nullptr) {
    return Error{Errc::not_found, "no such conversation for this user"};
  }
  const Entry& entry = found->second;
  const std::uint64_t up_to = std::min(mark.up_to, entry.newest());
  if (up_to <= member->read_to) {
    return ReadOutcome{false, member->read_to};
  }
  for (std::size_t i = entry.first_after(member->read_to); i < entry.first_after(up_to); ++i) {
    member->unread -= entry.rows[i].message->sender == mark.user ? 0U : 1U;
  }
  member->read_to = up_to;
  const UnixMillis at = member->reads.empty() ? mark.at : std::max(mark.at, member->reads.back().second);
  member->reads.emplace_back(up_to, at);
  return ReadOutcome{true, up_to};
}

void MemoryConversations::mark_delivered(const ReadMark& mark) {
  const auto found = entries_.find(mark.conversation);
  Member* member = found == entries_.end() ? nullptr : found->second.member(mark.user);
  if (member == nullptr || mark.up_to <= member->delivered_to) {
    return;
  }
  Entry& entry = found->second;
  if (entry.conversation->key.direct()) {
    const std::size_t end = entry.first_after(mark.up_to);
    for (std::size_t i = entry.first_after(member->delivered_to); i < end; ++i) {
      if (entry.rows[i].message->sender != mark.user) {
        entry.rows[i].delivered_at = mark.at;
      }
    }
  }
  member->delivered_to = mark.up_to;
}

std::vector<MessagePtr> MemoryConversations::undelivered(Uuid user, const std::vector<SeenUpTo>& seen) const {
  std::vector<MessagePtr> all;
  const auto found = by_user_.find(user);
  if (found == by_user_.end()) {
    return all;
  }
  std::unordered_map<ConversationKey, std::uint64_t> by_conversation;
  for (const SeenUpTo& each : seen) {
    by_conversation[each.conversation] = each.sequence;
  }
  for (Entry* entry : found->second) {
    const auto own = by_conversation.find(entry->conversation->key);
    const std::uint64_t up_to = own == by_conversation.end() ? entry->member(user)->delivered_to : own->second;
    for (std::size_t i = entry->first_after(up_to); i < entry->rows.size(); ++i) {
      all.push_back(entry->rows[i].message);
    }
  }
  return all;
}

std::uint64_t MemoryConversations::unread(Uuid user) const {
  std::uint64_t total = 0;
  if (const auto found = by_user_.find(user); found != by_user_.end()) {
    for (Entry* entry : found->second) {
      total += entry->member(user)->unread;
    }
  }
  return total;
}

}  // namespace plumbline::serve
