// What the fixture remembers of one socket.
#pragma once

#include <memory>
#include <string>

#include "echo/audience.h"
#include "echo/recovery_log.h"
#include "gateway/application.h"

namespace plumbline::serve {

struct EchoRecovery {
  std::string pid;
  std::uint64_t since{0};               // the log's last packet before the connect
  std::uint64_t live_from{0};           // packets up to this one were replayed, or are older than the socket
  std::optional<std::string> before{};  // as RecoveryLog::Session
  std::vector<NumberedFrame> missed;
};

struct EchoContext final : SocketContext {
  std::string auth;         // until connected
  std::size_t position{0};  // in its namespace, so that leaving it takes no search
  Rooms rooms;
  bool watches{false};  // is told of every disconnect in its namespace
  std::unique_ptr<EchoRecovery> recovery;
};

[[nodiscard]] inline EchoContext& context_of(const Socket& socket) {
  return static_cast<EchoContext&>(*socket.context);
}

}  // namespace plumbline::serve
