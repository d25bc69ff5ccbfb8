// How far the store is behind the log, in records and in seconds. Stage: bus.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>

#include "plumbline/base/clock.h"
#include "service/message.h"

namespace plumbline::serve {

// Used on one thread. Seconds behind: since nothing was waiting, but no more than the age of the newest record stored;
// so neither a steady stream nor the first record after a long silence looks like a lag.
class StoreLag {
 public:
  struct Behind {
    std::uint64_t records{0};
    double seconds{0};
  };

  void begin(std::int32_t partition, Time now) { partitions_[partition] = {now, 0}; }
  void end(std::int32_t partition) { partitions_.erase(partition); }
  void stored(std::int32_t partition, UnixMillis timestamp) { partitions_[partition].newest = timestamp; }

  // `high`: the offset after the log's last record; `next`: the first one that is not stored. Adds to `behind`.
  void look(std::int32_t partition, std::int64_t high, std::int64_t next, Time now, UnixMillis wall, Behind& behind) {
    Place& place = partitions_[partition];
    if (high <= next) {
      place.level = now;
      return;
    }
    behind.records += static_cast<std::uint64_t>(high - next);
    const double since_level = std::chrono::duration<double>(now - place.level).count();
    const double age = static_cast<double>(wall - place.newest) / 1000.0;
    behind.seconds = std::max(behind.seconds, std::min(since_level, age));
  }

 private:
  struct Place {
    Time level{};
    UnixMillis newest{0};
  };
  std::map<std::int32_t, Place> partitions_;
};

}  // namespace plumbline::serve
