// Which namespaces the fixture has, and whom it lets in. No I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/application.h"

namespace plumbline::serve {

//   / /custom          everybody
//   /slow              everybody, after 100 ms
//   /deny              refused with data, unless auth.allow is true
//   /steps             two steps; auth.fail names the one that refuses, the data says which were taken
//   /dynamic-<digits>  made when somebody joins, gone with the last one that leaves
[[nodiscard]] bool echo_namespace_exists(std::string_view nsp);
[[nodiscard]] std::optional<ConnectRefusal> echo_refusal(std::string_view nsp, const std::string& auth);

}  // namespace plumbline::serve
