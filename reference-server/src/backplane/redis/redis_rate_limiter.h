// Rate limits in Redis: one window per user and bucket for all instances together. Stage: backplane.
#pragma once

#include "backplane/rate_limiter.h"
#include "backplane/redis/redis_session.h"
#include "plumbline/base/clock.h"

namespace plumbline::serve {

// Keys `rate_limit:user:{user}:{bucket}`: the times of the admitted attempts, oldest first, gone with the window. Time
// is that of the Redis server, so that instances need not agree on one. While Redis is away everything is admitted and
// counted: a limit protects neither data nor order, and refusing would stop sends that PostgreSQL and Kafka can take
// (failover.md d.7).
class RedisRateLimiter final : public RateLimiter {
 public:
  // `clock`: where the time is taken from instead of the server; for tests.
  explicit RedisRateLimiter(RedisSession& session, const Clock* clock = nullptr) : session_(session), clock_(clock) {}

  void admit(Uuid user, RateBucket bucket, Done<RateDecision> done) override;

  [[nodiscard]] std::uint64_t unavailable() const { return unavailable_; }  // admitted without a look

 private:
  RedisSession& session_;
  const Clock* clock_;
  std::uint64_t unavailable_{0};
};

}  // namespace plumbline::serve
