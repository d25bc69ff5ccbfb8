#include "plumbline/checker/token.h"

#include <algorithm>
#include <array>

#include "crc32c.h"
#include "plumbline/base/random.h"

namespace plumbline::checker {
namespace {

constexpr std::string_view kPrefix = "pl1.";
constexpr std::size_t kFieldDigits = 4 * 8 + 16;              // four 32-bit fields and the time
constexpr std::size_t kHead = kPrefix.size() + kFieldDigits;  // "pl1." and the fields
constexpr std::size_t kMin = kHead + 1 + 8;                   // "." and the checksum
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

char* put_hex(char* at, std::uint64_t value, unsigned digits) {
  for (unsigned i = digits; i > 0; --i) {
    *at++ = kHexDigits[(value >> (4 * (i - 1))) & 0xFU];
  }
  return at;
}

// Lower case only: one token has one spelling.
bool take_hex(std::string_view text, std::uint64_t& value) {
  value = 0;
  unsigned bad = 0;
  for (const char c : text) {
    const auto digit = static_cast<unsigned char>(c);
    const unsigned decimal = digit - unsigned{'0'};
    const unsigned letter = digit - unsigned{'a'};
    bad |= static_cast<unsigned>(decimal > 9 && letter > 5);
    value = (value << 4U) | (decimal <= 9 ? decimal : letter + 10);
  }
  return bad == 0;
}

// Covers head, filler and length; the place of the sum itself is left out.
std::uint32_t checksum(std::string_view text) {
  const std::uint32_t head = crc32c(text.substr(0, kHead), static_cast<std::uint32_t>(text.size()));
  return crc32c(text.substr(kMin), head);
}

}  // namespace

std::size_t min_token_size() {
  return kMin;
}

std::string encode_token(const Token& token, std::size_t size) {
  std::string text(std::max(size, kMin), '.');
  char* at = std::copy(kPrefix.begin(), kPrefix.end(), text.data());
  at = put_hex(at, token.run, 8);
  at = put_hex(at, token.conversation, 8);
  at = put_hex(at, token.sender, 8);
  at = put_hex(at, token.counter, 8);
  put_hex(at, static_cast<std::uint64_t>(token.intended_ns), 16);
  std::uint64_t state = mix64((std::uint64_t{token.sender} << 32U) | token.counter);
  for (std::size_t i = kMin; i < text.size(); ++i) {
    if ((i - kMin) % 10 == 0) {
      state = mix64(state);  // ten letters of six bits per number
    }
    text[i] = kLetters[(state >> (6 * ((i - kMin) % 10))) & 0x3FU];
  }
  put_hex(text.data() + kHead + 1, checksum(text), 8);
  return text;
}

std::optional<Token> decode_token(std::string_view text) {
  if (text.size() < kMin || text.substr(0, kPrefix.size()) != kPrefix || text[kHead] != '.') {
    return std::nullopt;
  }
  std::array<std::uint64_t, 6> numbers{};
  constexpr std::array<std::size_t, 6> starts{4, 12, 20, 28, 36, kHead + 1};
  constexpr std::array<std::size_t, 6> widths{8, 8, 8, 8, 16, 8};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!take_hex(text.substr(starts[i], widths[i]), numbers[i])) {
      return std::nullopt;
    }
  }
  if (numbers[5] != checksum(text)) {
    return std::nullopt;
  }
  return Token{static_cast<std::uint32_t>(numbers[0]), static_cast<std::uint32_t>(numbers[1]),
               static_cast<std::uint32_t>(numbers[2]), static_cast<std::uint32_t>(numbers[3]),
               static_cast<std::int64_t>(numbers[4])};
}

}  // namespace plumbline::checker
