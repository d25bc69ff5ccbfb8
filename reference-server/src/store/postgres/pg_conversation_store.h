// The conversation port on PostgreSQL. Stage: store.
#pragma once

#include <unordered_map>
#include <vector>

#include "store/conversation_store.h"
#include "store/postgres/conversation_cache.h"
#include "store/postgres/pg_session.h"

namespace plumbline::serve {

using ConversationsByKey = std::unordered_map<ConversationKey, ConversationPtr>;

// `hot` takes what a send waits for, `reads` the lists.
class PgConversationStore final : public ConversationStore {
 public:
  PgConversationStore(PgSession& hot, PgSession& reads) : hot_(hot), reads_(reads) {}

  void find(const ConversationKey& key, Done<ConversationPtr> done) override;
  void open(Conversation conversation, Done<ConversationPtr> done) override;
  void of_user(Uuid user, Done<std::vector<ConversationSummary>> done) override;

  // Those of the keys that exist, by as few questions as possible: none when all have been seen.
  void find_all(const std::vector<ConversationKey>& keys, Done<ConversationsByKey> done);
  // What a row of another statement tells anyway.
  [[nodiscard]] ConversationCache& cache() { return cache_; }

 private:
  PgSession& hot_;
  PgSession& reads_;
  ConversationCache cache_;
};

}  // namespace plumbline::serve
