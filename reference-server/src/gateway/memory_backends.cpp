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
  ports.messages = std::make_unique<MemoryMessageStore>(conversations_, shard);
  ports.conversations = std::make_unique<MemoryConversationStore>(conversations_, shard);
  ports.users = std::make_unique<MemoryUserStore>(users_, shard);
  ports.sessions = std::make_unique<MemorySessionStore>(sessions_, shard, clock_);
  ports.friends = std::make_unique<MemoryFriendStore>(friends_, shard);
  ports.notices = std::make_unique<MemoryNoticeStore>(notices_, shard);
  ports.sequences = std::make_unique<MemorySequenceAllocator>(sequences_, shard);
  ports.rates = std::make_unique<MemoryRateLimiter>(rates_, shard, clock_);
  ports.lockout = std::make_unique<MemoryLoginLockout>(lockouts_, shard, clock_);
  ports.writes = std::make_unique<MemoryIdempotency>(pool_, writes_, shard, clock_);
  ports.bus = std::make_unique<LocalBus>();
  return ports;
}

void MemoryBackends::wire(std::size_t, ShardBackends& ports, Delivery& delivery) {
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
