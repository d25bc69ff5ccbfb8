// Which TCP ports of 127.0.0.1 nobody listens on at this moment. Any thread.
#pragma once

#include <cstdint>

namespace plumbline::net {

// As a server finds it that sets SO_REUSEADDR: remains of ended connections do not count.
[[nodiscard]] bool is_free(std::uint16_t port);

// One that the kernel picked; 0 when there is none. Between this call and its use somebody else may take it: be ready
// to try another.
[[nodiscard]] std::uint16_t free_port();

}  // namespace plumbline::net
