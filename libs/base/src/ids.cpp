#include "plumbline/base/ids.h"

#include <cctype>

#include "plumbline/base/random.h"

namespace plumbline {

std::string uuid_v4(Rng& rng) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::uint64_t high = rng.next();
  std::uint64_t low = rng.next();
  high = (high & ~0xF000ULL) | 0x4000ULL;                  // version 4
  low = (low & ~(0xC000ULL << 48U)) | (0x8000ULL << 48U);  // RFC 4122 variant
  std::string text;
  text.reserve(36);
  for (unsigned i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) {
      text += '-';
    }
    const std::uint64_t half = i < 16 ? high : low;
    text += digits[(half >> (60U - 4U * (i % 16U))) & 0xFU];
  }
  return text;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) {
    return false;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) {
      return false;
    }
  }
  return true;
}

std::string to_lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
    }
  }
  return lower;
}

}  // namespace plumbline
