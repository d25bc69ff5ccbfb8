// The message and conversation ports on memory: each conversation belongs to the shard its key hashes to. Data lives as
// long as the process. Stage: store.
#pragma once

#include "store/conversation_store.h"
#include "store/memory_conversations.h"
#include "store/message_store.h"
#include "store/owner_shard.h"
#include "store/partitions.h"

namespace plumbline::serve {

using ConversationPartitions = Partitions<MemoryConversations>;

class MemoryMessageStore final : public MessageStore {
 public:
  MemoryMessageStore(ConversationPartitions& partitions, std::size_t shard) : partitions_(partitions), shard_(shard) {}

  void append(MessagePtr message, Done<void> done) override;
  void sequence_of(const ConversationKey& conversation, Uuid message, Done<std::uint64_t> done) override;
  void stored_sequence_of(const ConversationKey& conversation, Uuid message, std::uint64_t,
                          Done<std::uint64_t> done) override {
    sequence_of(conversation, message, std::move(done));
  }
  void history(const HistoryQuery& query, Done<HistoryPage> done) override;
  void mark_read(const ReadMark& mark, Done<ReadOutcome> done) override;
  void mark_delivered(std::vector<ReadMark> marks, Done<void> done) override;
  void undelivered(Uuid user, std::vector<SeenUpTo> seen, Done<std::vector<MessagePtr>> done) override;
  void unread(Uuid user, Done<std::uint64_t> done) override;

 private:
  [[nodiscard]] std::size_t owner(const ConversationKey& key) const { return owner_shard(key, partitions_.size()); }

  ConversationPartitions& partitions_;
  std::size_t shard_;
};

class MemoryConversationStore final : public ConversationStore {
 public:
  MemoryConversationStore(ConversationPartitions& partitions, std::size_t shard)
      : partitions_(partitions), shard_(shard) {}

  void find(const ConversationKey& key, Done<ConversationPtr> done) override;
  void open(Conversation conversation, Done<ConversationPtr> done) override;
  void of_user(Uuid user, Done<std::vector<ConversationSummary>> done) override;

 private:
  ConversationPartitions& partitions_;
  std::size_t shard_;
};

}  // namespace plumbline::serve
