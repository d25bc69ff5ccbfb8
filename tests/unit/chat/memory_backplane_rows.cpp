// The backplane ports in memory, under contract.
#include "backplane/memory_idempotency.h"
#include "backplane/memory_login_lockout.h"
#include "backplane/memory_rate_limiter.h"
#include "backplane_backend.h"

namespace plumbline::serve {
namespace {

struct MemoryBackplane final : BackplaneBackend {
  Partitions<RateWindows> windows{bench.pool};
  Partitions<LockoutTable> lockouts{bench.pool, [](std::size_t) {
                                      return std::make_unique<LockoutTable>(messenger_ladder());
                                    }};
  Partitions<WriteLedger> ledgers{bench.pool};
  MemoryRateLimiter rates_[2]{{windows, 0, bench.clock}, {windows, 1, bench.clock}};
  MemoryLoginLockout lockout_[2]{{lockouts, 0, bench.clock}, {lockouts, 1, bench.clock}};
  MemoryIdempotency writes_[2]{{bench.pool, ledgers, 0, bench.clock}, {bench.pool, ledgers, 1, bench.clock}};

  RateLimiter& rates(std::size_t shard) override { return rates_[shard]; }
  LoginLockout& lockout(std::size_t shard) override { return lockout_[shard]; }
  Idempotency& writes(std::size_t shard) override { return writes_[shard]; }
};

}  // namespace

std::vector<BackplaneRow> backplane_rows() {
  return {{"Memory", [] {
             return std::make_unique<MemoryBackplane>();
           }}};
}

}  // namespace plumbline::serve
