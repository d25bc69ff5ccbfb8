// The version that reports, certificates and --version print.
#pragma once

#include <string_view>

namespace plumbline {

inline constexpr std::string_view kVersion = PLUMBLINE_VERSION;

}  // namespace plumbline
