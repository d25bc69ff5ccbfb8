// What shows that a record was altered. Stage: evidence.
#pragma once

#include <string>
#include <string_view>

namespace plumbline::conform {

[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace plumbline::conform
