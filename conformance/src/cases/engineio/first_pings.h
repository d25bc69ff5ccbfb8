// Whether the first pings of many sessions come apart as the sessions began. Pure. Stage: cases.
#pragma once

#include <optional>
#include <vector>

#include "judge/verdict.h"
#include "plumbline/base/clock.h"

namespace plumbline::conform::cases {

struct FirstPing {
  Time asked;              // the suite asked for the session: the server cannot have begun it before
  Time begun;              // its open packet was seen
  std::optional<Time> at;  // its first ping was seen
};

struct PingBounds {
  Duration interval;      // the server's ping interval
  Duration answer_bound;  // how much later a ping may be seen
};

// Many pings too early and at one time: no load makes a ping early, so that it is witnessed whatever else is missing.
// Nothing: that is not what was seen. The sessions are in the order in which they were asked for.
[[nodiscard]] std::optional<Finding> bunched_early(const std::vector<FirstPing>& sessions, const PingBounds& bounds);

// All of it: bunched early, missed, bunched.
[[nodiscard]] Finding judge_first_pings(const std::vector<FirstPing>& sessions, const PingBounds& bounds);

}  // namespace plumbline::conform::cases
