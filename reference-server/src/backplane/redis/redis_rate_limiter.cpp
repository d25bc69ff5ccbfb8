#include "backplane/redis/redis_rate_limiter.h"

#include <algorithm>
#include <string>
#include <utility>

namespace plumbline::serve {
namespace {

// ARGV: limit, window in microseconds, now in microseconds (0: the server's). Returns admitted, remaining, microseconds
// until the oldest counted attempt leaves.
constexpr const char* kAdmit = R"lua(
local limit = tonumber(ARGV[1])
local window = tonumber(ARGV[2])
local now = tonumber(ARGV[3])
if now == 0 then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000000 + tonumber(time[2])
end
local first = redis.call('LINDEX', KEYS[1], 0)
while first and now - tonumber(first) >= window do
  redis.call('LPOP', KEYS[1])
  first = redis.call('LINDEX', KEYS[1], 0)
end
local count = redis.call('LLEN', KEYS[1])
local admitted = 0
if count < limit then
  redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000))
  count = count + 1
  admitted = 1
end
return {admitted, limit - count, tonumber(first or now) + window - now}
)lua";

constexpr const char* bucket_name(RateBucket bucket) {
  switch (bucket) {
    case RateBucket::send:
      return "send";
    case RateBucket::history:
      return "history";
    case RateBucket::search:
      return "search";
  }
  return "";
}

std::uint32_t whole_seconds(std::int64_t micros, std::chrono::seconds window) {
  const auto left = std::chrono::ceil<std::chrono::seconds>(std::chrono::microseconds{micros}).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(left, 1, window.count()));
}

}  // namespace

void RedisRateLimiter::admit(Uuid user, RateBucket bucket, Done<RateDecision> done) {
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  const RateRule rule = rate_rule(bucket);
  const std::int64_t now =
      clock_ == nullptr ? 0 : duration_cast<microseconds>(clock_->wall_now().time_since_epoch()).count();
  session_.eval(kAdmit, {"rate_limit:user:" + user.text() + ':' + bucket_name(bucket)},
                {std::to_string(rule.limit), std::to_string(microseconds{rule.window}.count()), std::to_string(now)},
                [this, rule, done = std::move(done)](const Result<RedisReply>& reply) {
                  RateDecision decision{true, rule.limit, rule.limit, static_cast<std::uint32_t>(rule.window.count())};
                  if (reply.has_error() || reply.value().items.size() != 3) {
                    ++unavailable_;
                    done(decision);
                    return;
                  }
                  const std::vector<RedisReply>& items = reply.value().items;
                  decision.admitted = items[0].integer == 1;
                  decision.remaining = static_cast<std::uint32_t>(std::max<std::int64_t>(items[1].integer, 0));
                  decision.reset_seconds = whole_seconds(items[2].integer, rule.window);
                  done(decision);
                });
}

}  // namespace plumbline::serve
