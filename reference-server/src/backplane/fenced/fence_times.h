// The times of the fence (docs/sequence-allocation.md), as one value so that a model can use smaller ones.
// Stage: backplane.
#pragma once

#include "plumbline/base/clock.h"

namespace plumbline::serve {

struct FenceTimes {
  Duration renew = std::chrono::milliseconds{100};      // between two looks at PostgreSQL, Redis and the Sentinels
  Duration lease = std::chrono::milliseconds{300};      // how long an epoch counts after it was read
  Duration settle = std::chrono::milliseconds{350};     // more than `lease`: how long a new epoch waits for the old one
  Duration suspect = std::chrono::milliseconds{100};    // Redis silent: prepare to leave it
  Duration unusable = std::chrono::milliseconds{250};   // Redis silent: leave it
  Duration calm = std::chrono::milliseconds{500};       // Redis answers again: nobody has to leave
  Duration healthy = std::chrono::milliseconds{1500};   // Redis answers again: go back to it
  Duration alone = std::chrono::seconds{90};            // how long Sentinels may stand in for PostgreSQL
  Duration look_again = std::chrono::milliseconds{20};  // until somebody else's seed is looked for once more
};

}  // namespace plumbline::serve
