// Bounded waits of a test for real processes: no manual clock moves those.
#pragma once

#include <poll.h>

#include <functional>

#include "plumbline/base/clock.h"

namespace plumbline::real {

inline void pause_for(Duration time) {
  ::poll(nullptr, 0, static_cast<int>(time / std::chrono::milliseconds{1}));
}

// False when the condition did not come to hold within the bound.
inline bool within(Duration bound, const std::function<bool()>& holds) {
  const Time deadline = steady_now() + bound;
  while (!holds()) {
    if (steady_now() >= deadline) {
      return false;
    }
    pause_for(std::chrono::milliseconds{20});
  }
  return true;
}

}  // namespace plumbline::real
