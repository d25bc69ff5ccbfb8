// Start-up: whether the Sentinels lead to a usable master. Stage: backplane.
#pragma once

#include <chrono>

#include "backplane/redis/redis_options.h"

namespace plumbline::serve {

// Blocks until a master was found, logged in to and checked. Throws std::runtime_error with one sentence that names
// Redis and the remedy when there was none in that time, which should outlast a failover.
void check_redis(const RedisOptions& options, Duration within = std::chrono::seconds{10});

}  // namespace plumbline::serve
