// A loopback port that nobody listens on at this moment.
#pragma once

#include <cstdint>

namespace plumbline::real {

// Throws std::runtime_error when there is none. Between this call and its use somebody else may take it: be ready to
// try another.
[[nodiscard]] std::uint16_t free_port();

}  // namespace plumbline::real
