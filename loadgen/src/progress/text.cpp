#include "progress/text.h"

#include <fmt/format.h>

namespace plumbline::load {

std::string grouped(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t place = digits.size(); place > 3; place -= 3) {
    digits.insert(place - 3, ",");
  }
  return digits;
}

std::string ms_text(double milliseconds) {
  if (milliseconds >= 1000) {
    return fmt::format("{:.2f} s", milliseconds / 1000);
  }
  const int decimals = milliseconds < 1 ? 2 : milliseconds < 100 ? 1 : 0;
  return fmt::format("{:.{}f} ms", milliseconds, decimals);
}

std::string clock_text(Duration elapsed) {
  const auto seconds = elapsed / std::chrono::seconds{1};
  return fmt::format("{:02}:{:02}", seconds / 60, seconds % 60);
}

}  // namespace plumbline::load
