#include "backplane/memory_idempotency.h"

#include "service/at_home.h"

namespace plumbline::serve {

void WriteLedger::claim(const WriteKey& key, Time now, Waiter waiter) {
  forget_old(now);
  const auto [at, added] = entries_.try_emplace(key);
  if (added) {
    waiter(std::nullopt);
  } else if (at->second.answer) {
    waiter(at->second.answer);
  } else {
    at->second.waiters.push_back(std::move(waiter));
  }
}

void WriteLedger::settle(const WriteKey& key, const std::optional<WriteAnswer>& answer, Time now) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    return;
  }
  std::vector<Waiter> waiters = std::move(found->second.waiters);
  found->second.waiters.clear();
  if (answer) {
    found->second.answer = answer;
    settled_.emplace_back(now, key);
    for (const Waiter& waiter : waiters) {
      waiter(answer);
    }
    return;
  }
  if (waiters.empty()) {
    entries_.erase(found);
    return;
  }
  const Waiter heir = std::move(waiters.front());
  found->second.waiters.assign(std::make_move_iterator(waiters.begin() + 1), std::make_move_iterator(waiters.end()));
  heir(std::nullopt);
}

void WriteLedger::forget_old(Time now) {
  while (!settled_.empty() && (now - settled_.front().first >= kKeepAnswers || settled_.size() > limit_)) {
    entries_.erase(settled_.front().second);
    settled_.pop_front();
  }
}

void MemoryIdempotency::claim(const WriteKey& key, Done<std::optional<WriteAnswer>> done) {
  const std::size_t at = owner(key);
  Done<std::optional<WriteAnswer>> reply = at == shard_ ? std::move(done) : at_home(pool_, shard_, std::move(done));
  partitions_.tell(shard_, at, [key, now = clock_.now(), reply = std::move(reply)](WriteLedger& ledger) {
    ledger.claim(key, now, reply);
  });
}

void MemoryIdempotency::settle(const WriteKey& key, std::optional<WriteAnswer> answer) {
  partitions_.tell(shard_, owner(key), [key, answer = std::move(answer), now = clock_.now()](WriteLedger& ledger) {
    ledger.settle(key, answer, now);
  });
}

}  // namespace plumbline::serve
