#include "service/iso_time.h"

#include <ctime>
#include <string>

namespace plumbline::serve {
namespace {

constexpr std::size_t kLongest = 40;  // characters; the widest form with nine decimals has 35

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes `.123456` off the front and returns its milliseconds.
std::optional<UnixMillis> take_fraction(std::string_view& rest) {
  if (rest.empty() || rest.front() != '.') {
    return 0;
  }
  rest.remove_prefix(1);
  UnixMillis millis = 0;
  UnixMillis unit = 100;
  std::size_t digits = 0;
  for (; digits < rest.size() && is_digit(rest[digits]); ++digits) {
    millis += (rest[digits] - '0') * unit;
    unit /= 10;
  }
  rest.remove_prefix(digits);
  return digits == 0 ? std::nullopt : std::optional{millis};
}

// What a zone is ahead of UTC: `` and `Z` nothing, `+01:30` ninety minutes.
std::optional<UnixMillis> zone_offset(std::string_view zone) {
  if (zone.empty() || zone == "Z" || zone == "z") {
    return 0;
  }
  const bool shaped = zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':' && is_digit(zone[1]) &&
                      is_digit(zone[2]) && is_digit(zone[4]) && is_digit(zone[5]);
  if (!shaped) {
    return std::nullopt;
  }
  const int hours = (zone[1] - '0') * 10 + (zone[2] - '0');
  const int minutes = (zone[4] - '0') * 10 + (zone[5] - '0');
  if (hours > 23 || minutes > 59) {
    return std::nullopt;
  }
  return UnixMillis{hours * 60 + minutes} * (zone[0] == '-' ? -60'000 : 60'000);
}

}  // namespace

std::optional<UnixMillis> parse_iso_time(std::string_view text) {
  if (text.size() < 10 || text.size() > kLongest || !is_digit(text.front())) {
    return std::nullopt;
  }
  const std::string whole{text};
  const bool date_only = whole.size() == 10;
  std::tm parts{};
  const char* const stop = ::strptime(whole.c_str(), date_only ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%S", &parts);
  if (stop == nullptr) {
    return std::nullopt;
  }
  std::string_view rest = text.substr(static_cast<std::size_t>(stop - whole.c_str()));
  const auto fraction = take_fraction(rest);
  const auto offset = zone_offset(rest);
  if (!fraction || !offset) {
    return std::nullopt;
  }
  return UnixMillis{::timegm(&parts)} * 1000 + *fraction - *offset;
}

}  // namespace plumbline::serve
