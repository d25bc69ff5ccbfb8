// Frame headers (RFC 6455 5.2): every rule that one header alone can break is checked here.
#include "frame.h"

#include <algorithm>
#include <cstring>

namespace plumbline::websocket {
namespace {

constexpr unsigned kFinal = 0x80;
constexpr unsigned kPacked = 0x40;
constexpr unsigned kReserved = 0x30;
constexpr unsigned kOpcode = 0x0F;
constexpr unsigned kMasked = 0x80;
constexpr unsigned kLength = 0x7F;

unsigned octet(char byte) {
  return static_cast<unsigned char>(byte);
}

bool known_opcode(unsigned code) {
  return code <= 2 || (code >= 8 && code <= 10);
}

std::uint64_t big_endian(std::span<const char> bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) {
    value = (value << 8U) | octet(byte);
  }
  return value;
}

// The extended length must be the shortest form, and below 2^63.
bool valid_extended(std::uint64_t length, std::size_t width) {
  return width == 2 ? length > kMaxControlPayload : length > 0xFFFF && (length >> 63U) == 0;
}

}  // namespace

HeaderState parse_header(std::span<const char> bytes, Role role, FrameHeader& header) {
  if (bytes.empty()) {
    return HeaderState::incomplete;
  }
  const unsigned first = octet(bytes[0]);
  if ((first & kReserved) != 0 || !known_opcode(first & kOpcode)) {
    return HeaderState::broken;
  }
  header.final = (first & kFinal) != 0;
  header.opcode = static_cast<Opcode>(first & kOpcode);
  header.packed = (first & kPacked) != 0;
  if ((header.control() && !header.final) ||
      (header.packed && (header.control() || header.opcode == Opcode::continuation))) {
    return HeaderState::broken;
  }
  if (bytes.size() < 2) {
    return HeaderState::incomplete;
  }
  const unsigned second = octet(bytes[1]);
  const bool masked = (second & kMasked) != 0;
  const unsigned short_length = second & kLength;
  if (masked != (role == Role::server) || (header.control() && short_length > kMaxControlPayload)) {
    return HeaderState::broken;
  }
  const std::size_t width = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
  if (bytes.size() < 2 + width) {
    return HeaderState::incomplete;
  }
  header.length = width == 0 ? short_length : big_endian(bytes.subspan(2, width));
  if (width != 0 && !valid_extended(header.length, width)) {
    return HeaderState::broken;
  }
  const std::size_t size = 2 + width + (masked ? header.mask.size() : 0);
  if (bytes.size() < size) {
    return HeaderState::incomplete;
  }
  if (masked) {
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(2 + width), header.mask.size(), header.mask.begin());
  }
  header.size = size;
  return HeaderState::complete;
}

void apply_mask(std::span<char> bytes, const MaskKey& key, std::size_t offset) {
  std::array<char, sizeof(std::uint64_t)> pattern{};
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    pattern[i] = key[(offset + i) % key.size()];
  }
  std::uint64_t wide = 0;
  std::memcpy(&wide, pattern.data(), sizeof wide);
  std::size_t at = 0;
  for (; bytes.size() - at >= sizeof wide; at += sizeof wide) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    word ^= wide;
    std::memcpy(bytes.data() + at, &word, sizeof word);
  }
  for (std::size_t i = 0; at + i < bytes.size(); ++i) {
    bytes[at + i] = static_cast<char>(bytes[at + i] ^ pattern[i]);
  }
}

}  // namespace plumbline::websocket
