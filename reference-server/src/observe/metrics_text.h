// The Prometheus text of all shards' numbers. Stage: observe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gateway/application.h"
#include "observe/shard_counters.h"

namespace plumbline::serve {

struct ShardSnapshot {
  std::size_t shard{0};
  std::size_t sessions{0};
  ShardCounters counters;
  std::vector<Metric> application;
};

// Text format 0.0.4; values of all shards are summed, loop lag is the worst shard's.
[[nodiscard]] std::string metrics_text(const std::vector<ShardSnapshot>& shards);

}  // namespace plumbline::serve
