// What one shard counts about itself, for /metrics. Plain numbers: only the shard's thread touches them.
#pragma once

#include <cstdint>

#include "plumbline/base/clock.h"

namespace plumbline::serve {

struct ShardCounters {
  // Now.
  std::uint64_t http_connections{0};
  std::uint64_t websockets{0};
  // Since the start.
  std::uint64_t accepted{0};
  std::uint64_t http_requests{0};
  std::uint64_t malformed_requests{0};
  std::uint64_t slow_requests{0};
  std::uint64_t migrations{0};
  std::uint64_t refused_descriptors{0};
  std::uint64_t sessions_opened{0};
  std::uint64_t sessions_closed{0};
  std::uint64_t upgrades{0};
  std::uint64_t messages_in{0};
  std::uint64_t frames_in{0};
  std::uint64_t frames_out{0};
  std::uint64_t bytes_in{0};
  std::uint64_t bytes_out{0};
  std::uint64_t protocol_errors{0};
  std::uint64_t overflow_disconnects{0};
  Duration loop_lag{0};      // of the last timer
  Duration loop_lag_max{0};  // ever
};

}  // namespace plumbline::serve
