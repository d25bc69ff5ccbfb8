// What a server declares to its clients, and the deliberate faults that prove the judge has teeth.
#pragma once

#include <cstddef>
#include <cstdint>

#include "plumbline/base/clock.h"

namespace plumbline::engineio {

// One per process at most. Compiled in only with PLUMBLINE_MUTANTS; elsewhere has() is a constant.
enum class ServerFault : std::uint16_t {
  none,
#define PLUMBLINE_SERVER_FAULT(name) name,
#include "plumbline/socketio/server_faults.inc"
#undef PLUMBLINE_SERVER_FAULT
};

// Shared by all sessions of a server and immutable while they live.
struct ServerOptions {
  Duration ping_interval{std::chrono::seconds{25}};
  Duration ping_timeout{std::chrono::seconds{20}};
  Duration upgrade_timeout{std::chrono::seconds{10}};
  Duration connect_timeout{std::chrono::seconds{45}};  // to the first joined namespace
  std::size_t max_payload{1'000'000};                  // bytes of one POST body or WebSocket message
  bool polling{true};
  bool websocket{true};
  bool upgrades{true};  // from polling to WebSocket
  // Bound of what waits for one client; a single packet is always accepted when nothing waits.
  std::size_t max_buffered_bytes{1U << 20U};
  std::size_t max_buffered_packets{16'384};

#if defined(PLUMBLINE_MUTANTS)
  ServerFault fault{ServerFault::none};
  [[nodiscard]] bool has(ServerFault one) const {
    return fault == one;
  }
#else
  [[nodiscard]] static constexpr bool has(ServerFault) {
    return false;
  }
#endif
};

}  // namespace plumbline::engineio
