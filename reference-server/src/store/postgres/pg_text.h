// Text as PostgreSQL can keep it: it has no NUL. Stage: store.
#pragma once

#include <string>
#include <string_view>

namespace plumbline::serve {

// NUL, which JSON can carry, becomes U+FFFD.
[[nodiscard]] inline std::string pg_text(std::string text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  for (std::size_t at = text.find('\0'); at != std::string::npos; at = text.find('\0', at)) {
    text.replace(at, 1, kReplacement);
  }
  return text;
}

}  // namespace plumbline::serve
