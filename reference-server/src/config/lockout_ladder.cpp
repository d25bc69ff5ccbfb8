#include "config/lockout_ladder.h"

#include <charconv>

namespace plumbline::serve {
namespace {

constexpr std::size_t kMaxSteps = 16;
constexpr std::chrono::seconds kMaxBlock = std::chrono::hours{24};

// The number at the front of `text`, taken off it.
std::optional<std::uint32_t> take_number(std::string_view& text) {
  std::uint32_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{}) {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::chrono::seconds unit_of(std::string_view unit) {
  if (unit == "s") {
    return std::chrono::seconds{1};
  }
  if (unit == "m") {
    return std::chrono::minutes{1};
  }
  return unit == "h" ? std::chrono::hours{1} : std::chrono::seconds{0};
}

std::optional<LockoutStep> parse_step(std::string_view text) {
  const auto failures = take_number(text);
  if (!failures || *failures == 0 || !text.starts_with(':')) {
    return std::nullopt;
  }
  text.remove_prefix(1);
  const auto amount = take_number(text);
  const std::chrono::seconds block = unit_of(text) * static_cast<std::int64_t>(amount.value_or(0));
  if (block <= std::chrono::seconds{0} || block > kMaxBlock) {
    return std::nullopt;
  }
  return LockoutStep{*failures, block};
}

}  // namespace

std::optional<LockoutLadder> parse_lockout_ladder(std::string_view text) {
  LockoutLadder ladder;
  for (bool more = true; more;) {
    const std::size_t comma = text.find(',');
    const auto step = parse_step(text.substr(0, comma));
    if (!step || ladder.size() == kMaxSteps || (!ladder.empty() && ladder.back().failures >= step->failures)) {
      return std::nullopt;
    }
    ladder.push_back(*step);
    more = comma != std::string_view::npos;
    text.remove_prefix(more ? comma + 1 : text.size());
  }
  return ladder;
}

}  // namespace plumbline::serve
