#include "gateway/memory_backends.h"

#include "bus/local_bus.h"
#include "delivery/consumers.h"

namespace plumbline::serve {

MemoryBackends::MemoryBackends(net::ShardPool& pool, const LockoutLadder& ladder, const Clock& clock)
    : pool_(pool),
      clock_(clock),
      conversations_(pool),
      sequences_(pool),
      rates_(pool),
      lockouts_(pool, [&ladder](std::size_t) { return std::make_unique<LockoutTable>(ladder); }),
      writes_(pool),
      users_(pool),
      sessions_(pool),
      friends_(pool),
      notices_(pool) {}

ShardBackends MemoryBackends::make(std::size_t shard) {
  ShardBackends ports;
  ports.messages = std::make_shared<MemoryMessageStore>(conversations_, shard);
  ports.conversations = std::make_shared<MemoryConversationStore>(conversations_, shard);
  ports.users = std::make_shared<MemoryUserStore>(users_, shard);
  ports.sessions = std::make_shared<MemorySessionStore>(sessions_, shard, clock_);
  ports.friends = std::make_shared<MemoryFriendStore>(friends_, shard);
  ports.notices = std::make_shared<MemoryNoticeStore>(notices_, shard);
  ports.sequences = std::make_shared<MemorySequenceAllocator>(sequences_, shard);
  ports.rates = std::make_shared<MemoryRateLimiter>(rates_, shard, clock_);
  ports.lockout = std::make_shared<MemoryLoginLockout>(lockouts_, shard, clock_);
  ports.writes = std::make_shared<MemoryIdempotency>(pool_, writes_, shard, clock_);
  ports.bus = std::make_shared<LocalBus>();
  return ports;
}

void MemoryBackends::wire(std::size_t, ShardBackends& ports, Delivery& delivery, Seen) {
  subscribe_delivery(*ports.bus, *ports.messages, *ports.notices, delivery);
}

std::vector<Metric> MemoryBackends::metrics(std::size_t shard) {
  const LockoutTable& lockouts = lockouts_.at(shard);
  const auto number = [](std::uint64_t value) {
    return static_cast<double>(value);
  };
  return {{"plumbline_logins_refused_total", "Log-ins answered 429 because of failures before", true,
           number(lockouts.counters().refused)},
          {"plumbline_login_failures_dropped_total",
           "Names with failed log-ins forgotten early because there were too many", true,
           number(lockouts.counters().dropped)},
          {"plumbline_login_names_tracked", "Names with failed log-ins", false, number(lockouts.tracked())}};
}

}  // namespace plumbline::serve
