#include "service/uuid.h"

#include <openssl/evp.h>

#include <array>

namespace plumbline::serve {
namespace {

constexpr std::size_t kTextSize = 36;
constexpr std::string_view kDigits = "0123456789abcdef";

constexpr bool dash_at(std::size_t index) {
  return index == 8 || index == 13 || index == 18 || index == 23;
}

int digit_value(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  if (c >= 'a' && c <= 'f') {
    return c - 'a' + 10;
  }
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

void Uuid::append_to(std::string& out) const {
  unsigned nibble = 0;
  for (std::size_t i = 0; i < kTextSize; ++i) {
    if (dash_at(i)) {
      out.push_back('-');
      continue;
    }
    const std::uint64_t half = nibble < 16 ? high : low;
    out.push_back(kDigits[(half >> (4U * (15U - nibble % 16U))) & 15U]);
    ++nibble;
  }
}

std::string Uuid::text() const {
  std::string out;
  out.reserve(kTextSize);
  append_to(out);
  return out;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != kTextSize) {
    return std::nullopt;
  }
  Uuid id;
  unsigned nibble = 0;
  for (std::size_t i = 0; i < kTextSize; ++i) {
    if (dash_at(i)) {
      if (text[i] != '-') {
        return std::nullopt;
      }
      continue;
    }
    const int value = digit_value(text[i]);
    if (value < 0) {
      return std::nullopt;
    }
    std::uint64_t& half = nibble < 16 ? id.high : id.low;
    half = (half << 4U) | static_cast<std::uint64_t>(value);
    ++nibble;
  }
  return id.is_nil() ? std::nullopt : std::optional{id};
}

Uuid Uuid::random(Rng& rng) {
  Uuid id{rng.next(), rng.next()};
  id.high = (id.high & ~0xF000ULL) | 0x4000ULL;
  id.low = (id.low & ~(3ULL << 62U)) | (2ULL << 62U);
  return id;
}

Uuid Uuid::named(Uuid space, std::string_view name) {
  std::string bytes;
  for (const std::uint64_t half : {space.high, space.low}) {
    for (unsigned shift = 64; shift > 0; shift -= 8) {
      bytes.push_back(static_cast<char>((half >> (shift - 8U)) & 0xFFU));
    }
  }
  bytes += name;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  Uuid id;
  for (std::size_t i = 0; i < 8; ++i) {
    id.high = (id.high << 8U) | digest[i];
    id.low = (id.low << 8U) | digest[i + 8];
  }
  id.high = (id.high & ~0xF000ULL) | 0x5000ULL;
  id.low = (id.low & ~(3ULL << 62U)) | (2ULL << 62U);
  return id;
}

void ConversationKey::append_to(std::string& out) const {
  first.append_to(out);
  if (direct()) {
    out.push_back('_');
    second.append_to(out);
  }
}

std::string ConversationKey::text() const {
  std::string out;
  out.reserve(2 * kTextSize + 1);
  append_to(out);
  return out;
}

std::optional<ConversationKey> ConversationKey::parse(std::string_view text) {
  const auto key = parse_any_order(text);
  const bool sorted = key && (!key->direct() || Uuid::parse(text.substr(0, kTextSize)) == key->first);
  return sorted ? key : std::nullopt;
}

std::optional<ConversationKey> ConversationKey::parse_any_order(std::string_view text) {
  if (text.size() == kTextSize) {
    const auto id = Uuid::parse(text);
    return id ? std::optional{ConversationKey{*id, Uuid{}}} : std::nullopt;
  }
  if (text.size() != 2 * kTextSize + 1 || text[kTextSize] != '_') {
    return std::nullopt;
  }
  const auto first = Uuid::parse(text.substr(0, kTextSize));
  const auto second = Uuid::parse(text.substr(kTextSize + 1));
  return first && second ? std::optional{pair(*first, *second)} : std::nullopt;
}

}  // namespace plumbline::serve
