// What counts as acceptable message text (decisions.md section 3). Stage: service.
#pragma once

#include <cstddef>
#include <string_view>

namespace plumbline::serve {

inline constexpr std::size_t kMaxContentCharacters = 10'000;

// Code points of valid UTF-8 text between the first and the last one that is no white space (the ECMAScript set).
[[nodiscard]] std::size_t trimmed_length(std::string_view utf8);

[[nodiscard]] std::size_t code_points(std::string_view utf8);

[[nodiscard]] inline bool has_nul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

}  // namespace plumbline::serve
