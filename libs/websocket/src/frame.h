// One RFC 6455 frame header and the masking of its payload.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "plumbline/websocket/codec.h"

namespace plumbline::websocket {

using MaskKey = std::array<char, 4>;  // in wire order

inline constexpr std::size_t kMaxHeader = 14;
inline constexpr std::size_t kMaxControlPayload = 125;

struct FrameHeader {
  std::uint64_t length{0};
  MaskKey mask{};
  std::size_t size{0};  // of the header itself; 0 while more bytes are needed
  Opcode opcode{Opcode::continuation};
  bool final{false};
  bool packed{false};  // RSV1: the message is compressed (RFC 7692)

  [[nodiscard]] bool control() const { return static_cast<unsigned>(opcode) >= 8; }
};

enum class HeaderState : std::uint8_t { incomplete, complete, broken };

// Reads a header from the front of `bytes`. Broken as soon as the bytes at hand prove it, complete or not.
[[nodiscard]] HeaderState parse_header(std::span<const char> bytes, Role role, FrameHeader& header);

// XORs `bytes`, which begin `offset` bytes into the frame's payload, with the key (RFC 6455 5.3).
void apply_mask(std::span<char> bytes, const MaskKey& key, std::size_t offset);

}  // namespace plumbline::websocket
