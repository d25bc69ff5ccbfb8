// Port: how often a user may do something (decisions.md section 5, rate limits). Stage: backplane.
#pragma once

#include <chrono>
#include <cstdint>

#include "service/done.h"
#include "service/uuid.h"

namespace plumbline::serve {

enum class RateBucket : std::uint8_t { send, history, search };

struct RateRule {
  std::uint32_t limit;
  std::chrono::seconds window;
};

// The messenger's rules: 100 a minute for sends and for history, 10 a minute for searches.
[[nodiscard]] constexpr RateRule rate_rule(RateBucket bucket) {
  return {bucket == RateBucket::search ? 10U : 100U, std::chrono::seconds{60}};
}

struct RateDecision {
  bool admitted{true};
  std::uint32_t limit{0};
  std::uint32_t remaining{0};
  std::uint32_t reset_seconds{0};  // until the oldest counted attempt leaves the window, rounded up, at least 1
};

// One instance per shard, called and answering there. Sliding window; a refused attempt is not counted.
class RateLimiter {
 public:
  virtual ~RateLimiter() = default;
  virtual void admit(Uuid user, RateBucket bucket, Done<RateDecision> done) = 0;
};

}  // namespace plumbline::serve
