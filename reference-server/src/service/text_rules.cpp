#include "service/text_rules.h"

#include <cstdint>

namespace plumbline::serve {
namespace {

struct CodePoint {
  std::uint32_t value;
  std::size_t size;
};

// Trusts the input: the JSON parser accepts valid UTF-8 only.
CodePoint decode(std::string_view at) {
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return i < at.size() ? static_cast<unsigned char>(at[i]) : 0U;
  };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) {
    return {lead, 1};
  }
  if (lead < 0xE0) {
    return {((lead & 0x1FU) << 6U) | (byte(1) & 0x3FU), 2};
  }
  if (lead < 0xF0) {
    return {((lead & 0x0FU) << 12U) | ((byte(1) & 0x3FU) << 6U) | (byte(2) & 0x3FU), 3};
  }
  return {0x10000, 4};  // beyond the basic plane there is no white space
}

bool is_space(std::uint32_t c) {
  if (c <= 0x20) {
    return c == 0x20 || (c >= 0x09 && c <= 0x0D);
  }
  return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

}  // namespace

std::size_t code_points(std::string_view utf8) {
  std::size_t count = 0;
  for (const char c : utf8) {
    count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1U : 0U;
  }
  return count;
}

std::size_t trimmed_length(std::string_view utf8) {
  std::size_t seen = 0;
  std::size_t first = 0;
  std::size_t last = 0;  // one past the last visible character
  for (std::size_t at = 0; at < utf8.size();) {
    const CodePoint c = decode(utf8.substr(at));
    at += c.size;
    ++seen;
    if (!is_space(c.value)) {
      first = last == 0 ? seen - 1 : first;
      last = seen;
    }
  }
  return last - first;
}

}  // namespace plumbline::serve
