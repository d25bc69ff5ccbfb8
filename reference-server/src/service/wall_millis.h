// The wall clock in the unit that messages carry. Stage: service.
#pragma once

#include <chrono>

#include "plumbline/base/clock.h"
#include "service/message.h"

namespace plumbline::serve {

[[nodiscard]] inline UnixMillis wall_millis(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock.wall_now().time_since_epoch()).count();
}

}  // namespace plumbline::serve
