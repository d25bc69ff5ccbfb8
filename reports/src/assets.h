// Files of reports/assets and of dygraphs, embedded at build time (cmake/embed_assets.cmake).
#pragma once

#include <string_view>

namespace plumbline::render {

[[nodiscard]] std::string_view dygraphs_script();
[[nodiscard]] std::string_view dygraphs_style();
[[nodiscard]] std::string_view dygraphs_synchronizer();
[[nodiscard]] std::string_view page_style();
[[nodiscard]] std::string_view page_script();

}  // namespace plumbline::render
