// The self-describing token that every generated message text begins with, so that any text seen anywhere can be traced
// to the send that made it, or proved to be none of ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline::checker {

struct Token {
  std::uint32_t run{0};           // random per run
  std::uint32_t conversation{0};  // index in the run's topology
  std::uint32_t sender{0};        // device index
  std::uint32_t counter{0};       // dense per sender, from 1
  std::int64_t intended_ns{0};    // steady clock
  bool operator==(const Token&) const = default;
};

// "pl1.<fixed-width hex fields>.<crc32c>" followed, when `size` is larger, by a deterministic filler up to `size`
// bytes that the CRC covers as well: a changed, cut or extended text does not decode.
[[nodiscard]] std::string encode_token(const Token& token, std::size_t size);
[[nodiscard]] std::size_t min_token_size();
[[nodiscard]] std::optional<Token> decode_token(std::string_view text);

}  // namespace plumbline::checker
