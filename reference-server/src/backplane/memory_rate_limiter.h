// Rate limits in memory: a user's attempts are counted on the shard the user's id hashes to. Stage: backplane.
#pragma once

#include <deque>
#include <unordered_map>

#include "backplane/rate_limiter.h"
#include "plumbline/base/clock.h"
#include "store/partitions.h"

namespace plumbline::serve {

class RateWindows {
 public:
  [[nodiscard]] RateDecision admit(Uuid user, RateBucket bucket, Time now);
  [[nodiscard]] std::size_t tracked() const { return windows_.size(); }

 private:
  struct Key {
    Uuid user;
    RateBucket bucket;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept {
      return std::hash<Uuid>{}(key.user) + static_cast<std::size_t>(key.bucket);
    }
  };
  void sweep(Time now);

  std::unordered_map<Key, std::deque<Time>, Hash> windows_;
  Time next_sweep_{};
};

class MemoryRateLimiter final : public RateLimiter {
 public:
  MemoryRateLimiter(Partitions<RateWindows>& partitions, std::size_t shard, const Clock& clock)
      : partitions_(partitions), shard_(shard), clock_(clock) {}
  void admit(Uuid user, RateBucket bucket, Done<RateDecision> done) override;

 private:
  Partitions<RateWindows>& partitions_;
  std::size_t shard_;
  const Clock& clock_;
};

}  // namespace plumbline::serve
