#include "backplane/memory_rate_limiter.h"

#include <algorithm>

namespace plumbline::serve {
namespace {

std::uint32_t seconds_until(Time at, Time now) {
  const auto left = std::chrono::ceil<std::chrono::seconds>(at - now).count();
  return static_cast<std::uint32_t>(std::max<std::int64_t>(left, 1));
}

}  // namespace

RateDecision RateWindows::admit(Uuid user, RateBucket bucket, Time now) {
  sweep(now);
  const RateRule rule = rate_rule(bucket);
  std::deque<Time>& admitted = windows_[Key{user, bucket}];
  while (!admitted.empty() && now - admitted.front() >= rule.window) {
    admitted.pop_front();
  }
  const bool fits = admitted.size() < rule.limit;
  if (fits) {
    admitted.push_back(now);
  }
  return {fits, rule.limit, rule.limit - static_cast<std::uint32_t>(admitted.size()),
          seconds_until(admitted.front() + rule.window, now)};
}

// Users who fell silent are forgotten, so that memory follows the active ones.
void RateWindows::sweep(Time now) {
  if (now < next_sweep_) {
    return;
  }
  next_sweep_ = now + std::chrono::minutes{1};
  std::erase_if(windows_, [now](const auto& entry) {
    return entry.second.empty() || now - entry.second.back() >= rate_rule(entry.first.bucket).window;
  });
}

void MemoryRateLimiter::admit(Uuid user, RateBucket bucket, Done<RateDecision> done) {
  const Time now = clock_.now();
  partitions_.ask<Result<RateDecision>>(
      shard_, partitions_.owner(std::hash<Uuid>{}(user)),
      [user, bucket, now](RateWindows& here) { return Result<RateDecision>{here.admit(user, bucket, now)}; },
      std::move(done));
}

}  // namespace plumbline::serve
