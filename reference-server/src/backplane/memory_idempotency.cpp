#include "backplane/memory_idempotency.h"

#include "service/at_home.h"

namespace plumbline::serve {

void WriteLedger::claim(const WriteKey& key, Time now, Waiter waiter) {
  forget_old(now);
  const auto [at, added] = entries_.try_emplace(key);
  if (added || at->second.free) {
    at->second.free = false;
    waiter({std::nullopt, at->second.standing});
  } else if (at->second.answer) {
    waiter({at->second.answer, Standing::first});
  } else {
    at->second.waiters.push_back(std::move(waiter));
  }
}

void WriteLedger::settle(const WriteKey& key, const std::optional<WriteAnswer>& answer, Time now) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    return;
  }
  Entry& entry = found->second;
  if (answer) {
    const std::vector<Waiter> waiters = std::exchange(entry.waiters, {});
    entry.answer = answer;
    settled_.emplace_back(now, key);
    for (const Waiter& waiter : waiters) {
      waiter({answer, Standing::first});
    }
  } else if (!entry.waiters.empty()) {
    pass_on(entry);
  } else if (entry.standing == Standing::first) {
    entries_.erase(found);
  } else {
    entry.free = true;  // an earlier attempt is still in doubt
  }
}

void WriteLedger::doubt(const WriteKey& key, Time now) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    return;
  }
  Entry& entry = found->second;
  if (entry.standing == Standing::first) {
    entry.standing = Standing::again;
    settled_.emplace_back(now, key);
  }
  if (entry.waiters.empty()) {
    entry.free = true;
  } else {
    pass_on(entry);
  }
}

void WriteLedger::pass_on(Entry& entry) {
  const Waiter heir = std::move(entry.waiters.front());
  entry.waiters.erase(entry.waiters.begin());
  heir({std::nullopt, entry.standing});
}

void WriteLedger::forget_old(Time now) {
  while (!settled_.empty() && (now - settled_.front().first >= kKeepAnswers || settled_.size() > limit_)) {
    entries_.erase(settled_.front().second);
    settled_.pop_front();
  }
}

void MemoryIdempotency::claim(const WriteKey& key, Done<WriteClaim> done) {
  const std::size_t at = owner(key);
  Done<WriteClaim> reply = at == shard_ ? std::move(done) : at_home(pool_, shard_, std::move(done));
  partitions_.tell(shard_, at, [key, now = clock_.now(), reply = std::move(reply)](WriteLedger& ledger) {
    ledger.claim(key, now, reply);
  });
}

bool MemoryIdempotency::settle(const WriteKey& key, std::optional<WriteAnswer> answer) {
  partitions_.tell(shard_, owner(key), [key, answer = std::move(answer), now = clock_.now()](WriteLedger& ledger) {
    ledger.settle(key, answer, now);
  });
  return true;
}

void MemoryIdempotency::doubt(const WriteKey& key) {
  partitions_.tell(shard_, owner(key), [key, now = clock_.now()](WriteLedger& ledger) { ledger.doubt(key, now); });
}

}  // namespace plumbline::serve
