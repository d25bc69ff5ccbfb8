#include "store/recent_conversation_store.h"

#include <unordered_map>
#include <utility>

namespace plumbline::serve {
namespace {

// What is stored by the time of `places` may or may not be in the counts of `lines`, which are older: it is left out.
// Such a count is right again at the next look.
void add_unstored(std::vector<ConversationSummary>& lines, const std::vector<MessagePtr>& waiting,
                  const std::vector<ReaderPlace>& places, Uuid user) {
  std::unordered_map<ConversationKey, ConversationSummary*> by_key;
  for (ConversationSummary& line : lines) {
    by_key[line.conversation->key] = &line;
  }
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const auto found = by_key.find(waiting[i]->conversation->key);
    if (found == by_key.end()) {
      continue;
    }
    ConversationSummary& line = *found->second;
    if (!line.last || line.last->sequence < waiting[i]->sequence) {
      line.last = waiting[i];
      line.read_at = 0;
    }
    line.unread += !places[i].stored && !places[i].read && waiting[i]->sender != user ? 1U : 0U;
  }
}

std::vector<MessagePtr> flattened(std::vector<std::vector<MessagePtr>> parts) {
  std::vector<MessagePtr> all = std::move(parts.front());
  for (std::size_t i = 1; i < parts.size(); ++i) {
    all.insert(all.end(), parts[i].begin(), parts[i].end());
  }
  return all;
}

}  // namespace

void RecentConversationStore::of_user(Uuid user, Done<std::vector<ConversationSummary>> done) {
  recent_.ask_all<std::vector<MessagePtr>>(
      shard_, [user](RecentMessages& here) { return here.unstored_of(user); },
      [this, user, done = std::move(done)](std::vector<std::vector<MessagePtr>> parts) {
        std::vector<MessagePtr> waiting = flattened(std::move(parts));
        if (waiting.empty()) {
          inner_.of_user(user, done);
          return;
        }
        inner_.of_user(
            user, [this, user, waiting = std::move(waiting), done](Result<std::vector<ConversationSummary>> lines) {
              if (lines.has_error()) {
                done(lines.error());
                return;
              }
              places_.of(user, waiting,
                         [user, waiting, lines = std::move(lines.value()),
                          done](const Result<std::vector<ReaderPlace>>& places) mutable {
                           if (places.has_error()) {
                             done(places.error());
                             return;
                           }
                           add_unstored(lines, waiting, places.value(), user);
                           done(std::move(lines));
                         });
            });
      });
}

}  // namespace plumbline::serve
