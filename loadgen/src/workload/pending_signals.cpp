#include "workload/pending_signals.h"

namespace plumbline::load {

bool PendingSignals::open(std::uint32_t conversation, std::uint32_t user, const Cause& cause) {
  if (open_.size() >= limit_ || !open_.emplace(key(conversation, user), cause).second) {
    return false;
  }
  order_.push_back({cause.intended, key(conversation, user)});
  ++unseen_;
  return true;
}

std::optional<PendingSignals::Match> PendingSignals::effect(std::uint32_t conversation, std::uint32_t user,
                                                            std::uint64_t mark) {
  const auto found = open_.find(key(conversation, user));
  if (found == open_.end() || found->second.mark != mark) {
    return std::nullopt;
  }
  const Match match{found->second, !found->second.seen};
  unseen_ -= match.first ? 1U : 0U;
  found->second.seen = true;
  if (--found->second.expected == 0) {
    open_.erase(found);
  }
  return match;
}

void PendingSignals::expire(Time now, const std::function<void(const Cause&)>& unseen) {
  while (!order_.empty() && order_.front().intended + patience_ <= now) {
    const auto found = open_.find(order_.front().key);
    // The pair may have been closed and opened again since: then this birth is not the open entry's.
    if (found != open_.end() && found->second.intended == order_.front().intended) {
      if (!found->second.seen) {
        --unseen_;
        unseen(found->second);
      }
      open_.erase(found);
    }
    order_.pop_front();
  }
}

Time PendingSignals::next_due() const {
  return order_.empty() ? Time::max() : order_.front().intended + patience_;
}

}  // namespace plumbline::load
