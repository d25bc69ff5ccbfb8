// Numbers as the terminal shows them. Stage: progress.
#pragma once

#include <cstdint>
#include <string>

#include "plumbline/base/clock.h"

namespace plumbline::load {

[[nodiscard]] std::string grouped(std::uint64_t value);  // 41,006
[[nodiscard]] std::string ms_text(double milliseconds);  // 3.1 ms, 0.08 ms, 12 ms, 1.20 s
[[nodiscard]] std::string clock_text(Duration elapsed);  // 00:41

}  // namespace plumbline::load
