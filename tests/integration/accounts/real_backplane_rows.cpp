// The backplane ports on Redis and PostgreSQL, under contract.
#include "backplane/memory_idempotency.h"
#include "backplane/memory_login_lockout.h"
#include "backplane/postgres/pg_idempotency.h"
#include "backplane/redis/redis_login_lockout.h"
#include "backplane/redis/redis_rate_limiter.h"
#include "integration/accounts/real_services.h"
#include "integration/redis/redis_world.h"
#include "store/postgres/pg_pool.h"
#include "unit/chat/backplane_backend.h"

namespace plumbline::serve {
namespace {

constexpr PgStatement kQuiet{"t_quiet", "SELECT count(*) FROM idempotency WHERE settled_at IS NULL"};

constexpr std::chrono::seconds kPatient{20};  // a busy machine is no outage

struct RealBackplane final : BackplaneBackend {
  RealBackplane() {
    for (RedisClient& client : redis) {
      client.start();
    }
    const Time deadline = steady_now() + std::chrono::seconds{30};
    while ((redis[0].incarnation() == nullptr || redis[1].incarnation() == nullptr) && steady_now() < deadline) {
      bench.run();
      ::poll(nullptr, 0, 1);
    }
  }

  const std::string& uri = clean_database();
  RedisOptions options = options_for(clean_redis());
  Sentinels sentinels[2]{{bench.pool.context(0), options}, {bench.pool.context(1), options}};
  RedisClient redis[2]{{bench.pool.context(0), sentinels[0], options}, {bench.pool.context(1), sentinels[1], options}};
  PgPool postgres{bench.pool, uri};
  Partitions<LockoutTable> lockouts{bench.pool, [](std::size_t) {
                                      return std::make_unique<LockoutTable>(messenger_ladder());
                                    }};
  Partitions<WriteLedger> ledgers{bench.pool};
  MemoryLoginLockout local_lockout[2]{{lockouts, 0, bench.clock}, {lockouts, 1, bench.clock}};
  MemoryIdempotency local_writes[2]{{bench.pool, ledgers, 0, bench.clock}, {bench.pool, ledgers, 1, bench.clock}};
  UnfencedClaims unfenced[2];  // of two instances that share nothing but PostgreSQL
  RedisRateLimiter rates_[2]{RedisRateLimiter{redis[0], &bench.clock}, RedisRateLimiter{redis[1], &bench.clock}};
  RedisLoginLockout lockout_[2]{{redis[0], local_lockout[0], messenger_ladder()},
                                {redis[1], local_lockout[1], messenger_ladder()}};
  PgIdempotency writes_[2]{{bench.pool.context(0), postgres.reads(0), local_writes[0], unfenced[0], kPatient},
                           {bench.pool.context(1), postgres.reads(1), local_writes[1], unfenced[1], kPatient}};

  RateLimiter& rates(std::size_t shard) override { return rates_[shard]; }
  LoginLockout& lockout(std::size_t shard) override { return lockout_[shard]; }
  Idempotency& writes(std::size_t shard) override { return writes_[shard]; }
  void settle() override {
    for (std::size_t shard = 0; shard < 2; ++shard) {
      (void)bench.wait(bench.start<PgRowsPtr>(
          shard, [this, shard](auto done) { postgres.reads(shard).query(kQuiet, {}, std::move(done)); }));
    }
  }
  void passed(Duration span) override {
    const std::string millis =
        std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(span).count()) + " ms";
    real::execute_sql(uri, "UPDATE idempotency SET claimed_at = claimed_at - interval '" + millis +
                               "', settled_at = settled_at - interval '" + millis + "'");
  }
};

}  // namespace

std::vector<BackplaneRow> backplane_rows() {
  return {{"Redis_PostgreSQL", [] {
             return std::make_unique<RealBackplane>();
           }}};
}

}  // namespace plumbline::serve
