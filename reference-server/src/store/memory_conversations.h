// One shard's conversations and messages in memory: the state behind the memory stores. Plain, synchronous, one thread.
// Stage: store.
#pragma once

#include <unordered_map>
#include <utility>
#include <vector>

#include "store/conversation_store.h"
#include "store/message_store.h"

namespace plumbline::serve {

class MemoryConversations {
 public:
  [[nodiscard]] ConversationPtr find(const ConversationKey& key) const;
  ConversationPtr open(Conversation conversation);
  [[nodiscard]] std::vector<ConversationSummary> of_user(Uuid user) const;

  Result<void> append(MessagePtr message);
  [[nodiscard]] std::uint64_t sequence_of(const ConversationKey& key, Uuid message) const;  // 0: not there
  [[nodiscard]] HistoryPage history(const HistoryQuery& query) const;
  Result<ReadOutcome> mark_read(const ReadMark& mark);
  void mark_delivered(const ReadMark& mark);
  [[nodiscard]] std::vector<MessagePtr> undelivered(Uuid user, const std::vector<SeenUpTo>& seen) const;
  [[nodiscard]] std::uint64_t unread(Uuid user) const;

 private:
  struct Row {
    MessagePtr message;
    UnixMillis delivered_at{0};
  };
  struct Member {
    Uuid user;
    std::uint64_t read_to{0};
    std::uint64_t delivered_to{0};
    std::uint64_t unread{0};
    std::vector<std::pair<std::uint64_t, UnixMillis>> reads;  // (up to, at), ascending in both
  };
  struct Entry {
    ConversationPtr conversation;
    std::vector<Member> members;                        // in the order of Conversation::members
    std::vector<Row> rows;                              // ascending sequence ids
    std::unordered_map<Uuid, std::uint64_t> sequences;  // by message id

    [[nodiscard]] Member* member(Uuid user);
    [[nodiscard]] std::size_t first_after(std::uint64_t sequence) const;  // index into rows
    [[nodiscard]] std::uint64_t newest() const { return rows.empty() ? 0 : rows.back().message->sequence; }
    [[nodiscard]] UnixMillis read_at(const Message& message) const;
  };

  std::unordered_map<ConversationKey, Entry> entries_;
  std::unordered_map<Uuid, std::vector<Entry*>> by_user_;  // map nodes do not move
};

}  // namespace plumbline::serve
