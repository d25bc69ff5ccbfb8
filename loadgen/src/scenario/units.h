// Quantities as people write them: 10s, 250ms, 120B, 2KB, 500/s, 80%. Stage: scenario.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "plumbline/base/clock.h"

namespace plumbline::load {

// Each returns nothing when the text has no unit, an unknown one, or is negative.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);  // ns us ms s m h
[[nodiscard]] std::optional<double> parse_size(std::string_view text);     // B KB MB, powers of 1,000; KiB MiB of 1,024
[[nodiscard]] std::optional<double> parse_rate(std::string_view text);     // per second: 500/s 30/m
[[nodiscard]] std::optional<double> parse_percent(std::string_view text);  // 0..1
[[nodiscard]] std::optional<double> parse_number(std::string_view text);   // plain, no unit; underscores allowed
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text);

}  // namespace plumbline::load
