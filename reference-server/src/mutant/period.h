// How often a mutant of the messenger misbehaves: rarely enough to be found only by who checks everything.
#pragma once

namespace plumbline::serve {

inline constexpr unsigned kMutantPeriod = 50;

// True at every 50th call with this counter.
[[nodiscard]] inline bool every_period(unsigned& counter) {
  return ++counter % kMutantPeriod == 0;
}

}  // namespace plumbline::serve
