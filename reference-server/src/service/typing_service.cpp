#include "service/typing_service.h"

#include "service/failures.h"
#include "service/wall_millis.h"

namespace plumbline::serve {
namespace {

constexpr Error kNowhereToType{Errc::not_found, "conversation not found"};

// The other members, nothing when the user is none of them.
Result<std::vector<Uuid>> others(const ConversationKey& key, Uuid user, const Result<ConversationPtr>& found) {
  if (found.has_error()) {
    const bool pair = found.error().code == Errc::not_found && key.names(user) && key.first != key.second;
    return pair ? Result<std::vector<Uuid>>{std::vector<Uuid>{key.other(user)}}
                : Result<std::vector<Uuid>>{kNowhereToType};
  }
  if (!found.value()->has(user)) {
    return kNowhereToType;
  }
  std::vector<Uuid> members = found.value()->members;
  std::erase(members, user);
  return members;
}

}  // namespace

void TypingService::typing(const ConversationKey& key, Uuid user, bool is_typing, Done<void> done) {
  conversations_.find(key, [this, key, user, is_typing, done = std::move(done)](const Result<ConversationPtr>& found) {
    Result<std::vector<Uuid>> to = others(key, user, found);
    if (to.has_error()) {
      done(to.error());
      return;
    }
    const Typist typist{key, user};
    if (!is_typing) {
      active_.erase(typist);
    } else if (active_.size() < kMaxTyping || active_.contains(typist)) {
      active_[typist] = {clock_.now() + kTypingExpiry, to.value()};
    } else {
      done(Error{Errc::overflow, "too many are typing"});
      return;
    }
    publish(typist, std::move(to.value()), is_typing);
    done({});
  });
}

void TypingService::publish(const Typist& typist, std::vector<Uuid> to, bool is_typing) {
  if (!to.empty()) {
    bus_.publish(Typing{typist.conversation, std::move(to), typist.user, is_typing, wall_millis(clock_)}, [](Errc) {});
  }
}

void TypingService::tick(Time now) {
  for (auto at = active_.begin(); at != active_.end();) {
    if (at->second.until <= now) {
      publish(at->first, std::move(at->second.to), false);
      at = active_.erase(at);
    } else {
      ++at;
    }
  }
}

}  // namespace plumbline::serve
