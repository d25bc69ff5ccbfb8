#include "service/read_service.h"

#include "service/wall_millis.h"

namespace plumbline::serve {

void ReadService::mark_read(const ConversationKey& key, Uuid reader, std::uint64_t up_to, Done<ReadOutcome> done) {
  conversations_.find(key, [this, reader, up_to, done = std::move(done)](Result<ConversationPtr> found) {
    if (found.has_error()) {
      done(found.error());
      return;
    }
    const ConversationPtr conversation = found.value();
    const UnixMillis now = wall_millis(clock_);
    messages_.mark_read({conversation->key, reader, up_to, now},
                        [this, conversation, reader, now, done](Result<ReadOutcome> outcome) {
                          if (outcome.has_error() || !outcome.value().changed) {
                            done(outcome);
                            return;
                          }
                          bus_.publish(ReadReceipt{conversation, reader, outcome.value().up_to, now},
                                       [done, outcome](Errc) { done(outcome); });
                        });
  });
}

}  // namespace plumbline::serve
