// The conversation list as everybody sees it while the store lags behind the log: newest message and unread count
// completed by what was accepted of late (STALE-1). Stage: store.
#pragma once

#include <vector>

#include "store/conversation_store.h"
#include "store/partitions.h"
#include "store/reader_places.h"
#include "store/recent_messages.h"

namespace plumbline::serve {

// One per shard.
class RecentConversationStore final : public ConversationStore {
 public:
  RecentConversationStore(ConversationStore& inner, ReaderPlaces& places, Partitions<RecentMessages>& recent,
                          std::size_t shard)
      : inner_(inner), places_(places), recent_(recent), shard_(shard) {}

  void find(const ConversationKey& key, Done<ConversationPtr> done) override { inner_.find(key, std::move(done)); }
  void open(Conversation conversation, Done<ConversationPtr> done) override {
    inner_.open(std::move(conversation), std::move(done));
  }
  void of_user(Uuid user, Done<std::vector<ConversationSummary>> done) override;

 private:
  ConversationStore& inner_;
  ReaderPlaces& places_;
  Partitions<RecentMessages>& recent_;
  std::size_t shard_;
};

}  // namespace plumbline::serve
