// Evidence is whatever a peer sent; files and pages are UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace plumbline::history {

// The same text with every byte that is not part of well-formed UTF-8 replaced by U+FFFD.
[[nodiscard]] std::string clean_utf8(std::string_view text);

}  // namespace plumbline::history
