#include "message_key.h"

#include <algorithm>

#include "plumbline/base/random.h"

namespace plumbline::checker {
namespace {

constexpr std::uint8_t kUuid = 1;
constexpr std::uint8_t kHash = 2;
constexpr std::uint8_t kShort = 3;
constexpr std::string_view kIdDigits = "0123456789abcdef";

constexpr bool dash_at(std::size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

constexpr unsigned digit_of(char c) {
  if (c >= '0' && c <= '9') {
    return static_cast<unsigned>(c - '0');
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a') + 10 : 16;
}

bool parse_uuid(std::string_view id, std::array<std::uint8_t, 16>& bytes) {
  if (id.size() != 36) {
    return false;
  }
  std::size_t half = 0;
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (dash_at(i)) {
      if (id[i] != '-') {
        return false;
      }
      continue;
    }
    const unsigned digit = digit_of(id[i]);
    if (digit > 15) {
      return false;
    }
    bytes[half / 2] = static_cast<std::uint8_t>((unsigned{bytes[half / 2]} << 4U) | digit);
    ++half;
  }
  return true;
}

}  // namespace

MessageKey::MessageKey(std::string_view id) {
  if (id.empty()) {
    return;
  }
  if (parse_uuid(id, bytes_)) {
    kind_ = kUuid;
    return;
  }
  bytes_.fill(0);
  if (id.size() <= bytes_.size()) {
    std::copy(id.begin(), id.end(), bytes_.begin());
    kind_ = static_cast<std::uint8_t>(kShort + id.size());
    return;
  }
  std::uint64_t low = id.size();
  std::uint64_t high = ~low;
  for (const char c : id) {
    low = mix64(low ^ static_cast<unsigned char>(c));
    high = mix64(high + static_cast<unsigned char>(c));
  }
  for (std::size_t i = 0; i < 8; ++i) {
    bytes_[i] = static_cast<std::uint8_t>(low >> (8 * i));
    bytes_[8 + i] = static_cast<std::uint8_t>(high >> (8 * i));
  }
  kind_ = kHash;
}

std::string MessageKey::text() const {
  if (kind_ == kUuid) {
    std::string uuid;
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
      if (dash_at(uuid.size())) {
        uuid += '-';
      }
      uuid += kIdDigits[bytes_[i] >> 4U];
      uuid += kIdDigits[bytes_[i] & 0xFU];
    }
    return uuid;
  }
  std::string short_id;
  for (std::size_t i = 0; kind_ > kShort && i + kShort < kind_; ++i) {
    short_id += static_cast<char>(bytes_[i]);
  }
  return short_id;
}

}  // namespace plumbline::checker
