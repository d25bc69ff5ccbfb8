// How long a lost client waits before it tries again: as the official client does, doubling, with jitter, capped.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "plumbline/base/clock.h"
#include "plumbline/base/random.h"

namespace plumbline::client {

// `attempt` counts from 0; `randomness` is any number, of which a jitter of half the delay in either direction is made.
[[nodiscard]] inline Duration back_off(std::uint32_t attempt, std::uint64_t randomness, Duration first,
                                       Duration longest) {
  const Duration base{first.count() << std::min(attempt, 8U)};
  const double jitter = 0.5 + unit_double(mix64(randomness));
  const Duration delay{std::llround(static_cast<double>(base.count()) * jitter)};
  return std::min(longest, delay);  // its cap comes after the jitter
}

}  // namespace plumbline::client
