// A Socket.IO socket as applications see it. Stage: session.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "gateway/application.h"
#include "plumbline/socketio/server_connection.h"

namespace plumbline::serve {

class ClientSession;

class SocketAdapter final : public Socket,
                            public socketio::ServerSocket,
                            public std::enable_shared_from_this<SocketAdapter> {
 public:
  SocketAdapter(ClientSession& session, std::string sid, std::string_view nsp)
      : ServerSocket(std::move(sid), std::string(nsp)), session_(session) {}

  [[nodiscard]] const std::string& id() const override { return sid(); }
  [[nodiscard]] const std::string& nsp() const override { return namespace_name(); }
  [[nodiscard]] bool connected() const override { return state() == State::connected; }
  [[nodiscard]] std::size_t buffered_bytes() const override;
  [[nodiscard]] bool writable() const override;
  void identify(const std::string& sid, const std::string& pid) override { ServerSocket::identify(sid, pid); }
  void emit(socketio::FramePtr frame) override;
  void disconnect() override;
  void disconnect_transport() override;

 private:
  ClientSession& session_;  // valid while connection() is not null
};

}  // namespace plumbline::serve
