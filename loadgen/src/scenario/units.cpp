#include "scenario/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

namespace plumbline::load {
namespace {

struct Quantity {
  double value;
  std::string_view unit;
};

// The number and what follows it, without blanks between them.
std::optional<Quantity> split(std::string_view text) {
  const std::size_t end = text.find_first_not_of("0123456789._");
  std::string digits{text.substr(0, end)};
  std::erase(digits, '_');
  double value = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || error != std::errc{} || stop != digits.data() + digits.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  std::string_view unit = end == std::string_view::npos ? std::string_view{} : text.substr(end);
  while (!unit.empty() && unit.front() == ' ') {
    unit.remove_prefix(1);
  }
  return Quantity{value, unit};
}

template <std::size_t N>
std::optional<double> scaled(std::string_view text, const std::array<std::pair<std::string_view, double>, N>& units) {
  const auto quantity = split(text);
  if (!quantity) {
    return std::nullopt;
  }
  for (const auto& [unit, factor] : units) {
    if (unit == quantity->unit) {
      return quantity->value * factor;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 6> kUnits{
      {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};
  const auto nanoseconds = scaled(text, kUnits);
  if (!nanoseconds || *nanoseconds > 1e17) {  // three years: anything longer is a slip of the pen
    return std::nullopt;
  }
  return Duration{std::llround(*nanoseconds)};
}

std::optional<double> parse_size(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 5> kUnits{
      {{"B", 1}, {"KB", 1e3}, {"MB", 1e6}, {"KiB", 1024}, {"MiB", 1048576}}};
  return scaled(text, kUnits);
}

std::optional<double> parse_rate(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 3> kUnits{
      {{"/s", 1}, {"/m", 1.0 / 60}, {"/h", 1.0 / 3600}}};
  return scaled(text, kUnits);
}

std::optional<double> parse_percent(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 1> kUnits{{{"%", 0.01}}};
  const auto share = scaled(text, kUnits);
  return share && *share <= 1.0 + 1e-9 ? share : std::nullopt;
}

std::optional<double> parse_number(std::string_view text) {
  const auto quantity = split(text);
  return quantity && quantity->unit.empty() ? std::optional<double>{quantity->value} : std::nullopt;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::string digits{text};
  std::erase(digits, '_');
  std::uint64_t value = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || error != std::errc{} || stop != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return value;
}

}  // namespace plumbline::load
