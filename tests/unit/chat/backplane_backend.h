// The backends of the backplane ports under contract: each test binary names its own in backplane_rows().
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backplane/idempotency.h"
#include "backplane/login_lockout.h"
#include "backplane/rate_limiter.h"
#include "call_bench.h"

namespace plumbline::serve {

// Its parts as seen from each of two shards.
struct BackplaneBackend {
  virtual ~BackplaneBackend() = default;
  CallBench bench;
  virtual RateLimiter& rates(std::size_t shard) = 0;
  virtual LoginLockout& lockout(std::size_t shard) = 0;
  virtual Idempotency& writes(std::size_t shard) = 0;
  // Returns once the orders given so far took effect, also those that nobody answers.
  virtual void settle() { bench.run(); }
  // The clock of the port's service went on; the bench's own did already.
  virtual void passed(Duration) {}
};

struct BackplaneRow {
  std::string name;
  std::function<std::unique_ptr<BackplaneBackend>()> make;
};

[[nodiscard]] std::vector<BackplaneRow> backplane_rows();

}  // namespace plumbline::serve
