// How long to wait before the next attempt to reach a Redis: twice as long each time, half of it chance, so that the
// shards of all instances do not come back in step. Stage: backplane.
#pragma once

#include <algorithm>
#include <chrono>

#include "plumbline/base/clock.h"
#include "plumbline/base/random.h"

namespace plumbline::serve {

// Not thread-safe; one per owner.
class BackOff {
 public:
  // The pauses lie between half of `first` and `longest`.
  BackOff(Duration first, Duration longest) : first_(first), longest_(longest), pause_(first), rng_(entropy_seed()) {}

  [[nodiscard]] Duration next() {
    const auto half = static_cast<std::uint64_t>(pause_.count()) / 2;
    pause_ = std::min(2 * pause_, longest_);
    return Duration{static_cast<std::int64_t>(half + rng_.below(half + 1))};
  }
  void reset() { pause_ = first_; }

 private:
  Duration first_;
  Duration longest_;
  Duration pause_;
  Rng rng_;
};

}  // namespace plumbline::serve
