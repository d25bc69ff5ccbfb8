// CRC-32C (Castagnoli), by the processor's instruction where there is one. Every generated and every received text is
// summed, so this is on the hot path.
#pragma once

#include <cstdint>
#include <string_view>

namespace plumbline::checker {

// Chain by passing the previous result as `seed`.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);
[[nodiscard]] std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t seed = 0);

}  // namespace plumbline::checker
