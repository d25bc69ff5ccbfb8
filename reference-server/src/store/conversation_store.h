// Port: which conversations exist and who is in them. Stage: store.
#pragma once

#include <cstdint>
#include <vector>

#include "service/done.h"
#include "service/message.h"

namespace plumbline::serve {

// One line of somebody's conversation list.
struct ConversationSummary {
  ConversationPtr conversation;
  MessagePtr last;          // null while nobody wrote
  UnixMillis read_at{0};    // of the last message, as in HistoryRow
  std::uint64_t unread{0};  // for the one who asked

  [[nodiscard]] UnixMillis active_at() const { return last ? last->timestamp : conversation->created_at; }
};

// One instance per shard, called and answering there.
class ConversationStore {
 public:
  virtual ~ConversationStore() = default;

  // Errc::not_found when nobody opened it.
  virtual void find(const ConversationKey& key, Done<ConversationPtr> done) = 0;
  // Adds the conversation; when its key exists the one that was there first is returned, whatever the new one says.
  virtual void open(Conversation conversation, Done<ConversationPtr> done) = 0;
  // In no particular order.
  virtual void of_user(Uuid user, Done<std::vector<ConversationSummary>> done) = 0;
};

}  // namespace plumbline::serve
