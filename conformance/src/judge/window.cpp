#include "judge/window.h"

#include <algorithm>

namespace plumbline::conform {

Placement place(Duration measured, Window window, Duration start_lag, Duration end_lag) {
  const Duration shortest = measured - end_lag;
  const Duration longest = measured + start_lag;
  if (longest < window.earliest) {
    return Placement::early;
  }
  if (shortest > window.latest) {
    return Placement::late;
  }
  const bool inside = shortest >= window.earliest && longest <= window.latest;
  return inside ? Placement::inside : Placement::unclear;
}

Duration slack(Duration round_trip_p99, Duration lag) {
  return std::max<Duration>({std::chrono::milliseconds{150}, 5 * round_trip_p99, 3 * lag});
}

Duration fast_bound(Duration ping_interval, Duration ping_timeout) {
  return std::min<Duration>(std::chrono::milliseconds{150}, (ping_interval + ping_timeout) / 3);
}

}  // namespace plumbline::conform
