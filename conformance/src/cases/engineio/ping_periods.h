// Whether a server's pings come in their period. Stage: cases.
#pragma once

#include <vector>

#include "cases/context.h"
#include "judge/verdict.h"

namespace plumbline::conform::cases {

// `pings`: when each came, `answered`: when each of them was answered, as far as known. Violated where more than half
// of the gaps are wrong, unclear where fewer are. Early is a ping that came early after each one before it: one that
// was late itself makes the gap behind it short, and a server may keep to its own beat.
[[nodiscard]] Finding judge_periods(const Context& c, const std::vector<Time>& pings,
                                    const std::vector<Time>& answered);

}  // namespace plumbline::conform::cases
