// Durations as the numbers that people read: recorder, gates, progress and results say the same. Stage: recorder.
#pragma once

#include <chrono>

#include "plumbline/base/clock.h"

namespace plumbline::load {

[[nodiscard]] inline double ms(Duration value) {
  return std::chrono::duration<double, std::milli>(value).count();
}

[[nodiscard]] inline double in_seconds(Duration value) {
  return std::chrono::duration<double>(value).count();
}

}  // namespace plumbline::load
