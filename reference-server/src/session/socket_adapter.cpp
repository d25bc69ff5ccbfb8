#include "session/socket_adapter.h"

#include "mutant/mutant.h"
#include "session/client_session.h"
#include "transport/shard.h"

namespace plumbline::serve {

std::size_t SocketAdapter::buffered_bytes() const {
  return connection() == nullptr ? 0 : session_.buffered_bytes();
}

bool SocketAdapter::writable() const {
  return connection() != nullptr && session_.writable();
}

void SocketAdapter::emit(socketio::FramePtr frame) {
  if (socketio::ServerConnection* const namespaces = connection()) {
    namespaces->emit(*this, frame);
  }
}

// The application hears of it once it is not on the stack any more: it may be walking over its sockets right now.
void SocketAdapter::disconnect() {
  socketio::ServerConnection* const namespaces = connection();
  if (namespaces == nullptr) {
    return;
  }
  ClientSession& session = session_;
  if (active(Mutant::kick_takes_all)) {
    session.shard_.close_later(session, engineio::CloseReason::server_close);
  }
  if (namespaces->leave(shared_from_this())) {
    session.shard_.at_end_of_turn([self = shared_from_this(), &shard = session.shard_] {
      shard.application().on_disconnect(self, "server namespace disconnect");
    });
  }
}

void SocketAdapter::disconnect_transport() {
  socketio::ServerConnection* const namespaces = connection();
  if (namespaces == nullptr) {
    return;
  }
  ClientSession& session = session_;
  if (active(Mutant::ws_close_drops_buffer) && session.ws_) {
    session.ws_->drop_output();
  }
  const bool bare = active(Mutant::kick_hard_bare);
  const std::vector<socketio::ServerSocketPtr> all =
      bare ? std::vector<socketio::ServerSocketPtr>{} : namespaces->sockets();
  for (const socketio::ServerSocketPtr& socket : all) {
    static_cast<SocketAdapter&>(*socket).disconnect();
  }
  session.shard_.close_later(session, engineio::CloseReason::server_close);
}

}  // namespace plumbline::serve
