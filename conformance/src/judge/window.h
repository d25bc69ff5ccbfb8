// Two-sided timing windows that know how late the suite itself may have looked. Pure functions. Stage: judge.
#pragma once

#include "plumbline/base/clock.h"

namespace plumbline::conform {

struct Window {
  Duration earliest;
  Duration latest;
};

enum class Placement { inside, early, late, unclear };

// Where a measured span lies. The suite only ever sees an event late: the true start lies in [start - start_lag,
// start], the true end in [end - end_lag, end]. A placement is given only when it holds for every true value; else
// `unclear`.
[[nodiscard]] Placement place(Duration measured, Window window, Duration start_lag, Duration end_lag);

// How much later than the ideal an answer may come before it counts as late: never less than 150 ms
// (conformance.md 5.6).
[[nodiscard]] Duration slack(Duration round_trip_p99, Duration lag);

// The bound of "closes FAST": far below every timer that could close the connection instead.
[[nodiscard]] Duration fast_bound(Duration ping_interval, Duration ping_timeout);

}  // namespace plumbline::conform
