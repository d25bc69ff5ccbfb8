#include "plumbline/socketio/server_connection.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <utility>

namespace plumbline::socketio {
namespace {

using engineio::ServerFault;

FramePtr control_frame(PacketType type, std::string_view nsp, std::string_view data) {
  std::string text;
  append_packet(text, type, nsp, std::nullopt, data);
  return std::make_shared<const Frame>(text);
}

FramePtr error_frame(std::string_view nsp, const ConnectError& error) {
  std::string data = "{\"message\":" + boost::json::serialize(boost::json::string_view(error.message));
  if (!error.data.empty()) {
    data += ",\"data\":" + error.data;
  }
  data += '}';
  return control_frame(PacketType::connect_error, nsp, data);
}

bool is_ack(const Frame& frame) {  // text() starts with the Engine.IO digit
  return frame.text().size() > 1 && (frame.text()[1] == '3' || frame.text()[1] == '6');
}

}  // namespace

ServerConnection::ServerConnection(const engineio::ServerOptions& options, ConnectionHost& host, Time now)
    : options_(&options),
      host_(&host),
      connect_by_(options.has(ServerFault::no_connect_timeout) ? Time::max() : now + options.connect_timeout) {}

void ServerConnection::on_text(std::string_view text) {
  if (dead_) {
    return;
  }
  if (!reassembler_.waiting()) {  // the hot path: no copy of what is complete at once
    static const std::vector<std::string> none;
    const auto packet = parse_packet(text, Direction::to_server);
    if (!packet) {
      invalid("malformed packet");
      return;
    }
    if (packet->attachments == 0) {
      on_packet(*packet, none);
      return;
    }
  }
  const auto waiting = reassembler_.on_text(text, Direction::to_server);
  if (!waiting) {
    invalid("text between binary attachments");
  }
}

void ServerConnection::on_binary(std::string_view bytes) {
  if (dead_) {
    return;
  }
  auto result = reassembler_.on_binary(bytes);
  if (!result) {
    invalid("unexpected binary attachment");
    return;
  }
  std::optional<Packet>& packet = *result;
  if (!packet) {
    return;
  }
  if (has(ServerFault::placeholders_swapped)) {
    std::reverse(packet->attachments.begin(), packet->attachments.end());
  }
  const PacketView view{packet->type, packet->nsp, packet->ack_id, 0, packet->data};
  on_packet(view, packet->attachments);
}

void ServerConnection::on_packet(const PacketView& packet, const std::vector<std::string>& attachments) {
  if (packet.type == PacketType::connect) {
    on_connect_packet(packet);
    return;
  }
  const ServerSocketPtr socket = find(packet.nsp);
  if (!socket || socket->state() != ServerSocket::State::connected) {
    invalid("packet for a namespace that is not joined");
    return;
  }
  switch (packet.type) {
    case PacketType::event:
    case PacketType::binary_event:
      on_event_packet(socket, packet, attachments);
      break;
    case PacketType::disconnect:
      if (!has(ServerFault::disconnect_ignored)) {
        forget(socket);
        host_->on_disconnect(socket, "client namespace disconnect");
      }
      break;
    case PacketType::ack:
    case PacketType::binary_ack:
      if (packet.ack_id && !packet.data.empty()) {  // `431` answers nothing
        host_->on_ack(socket, *packet.ack_id, packet.data);
      }
      break;
    case PacketType::connect:
    case PacketType::connect_error:
      invalid("packet in the wrong direction");
      break;
  }
}

void ServerConnection::on_connect_packet(const PacketView& packet) {
  if (const ServerSocketPtr joined = find(packet.nsp)) {
    if (!has(ServerFault::double_connect_ok)) {
      invalid("second CONNECT for a namespace");
      return;
    }
    if (joined->state() == ServerSocket::State::connected) {
      host_->send(control_frame(PacketType::connect, packet.nsp, "{\"sid\":\"" + joined->sid() + "\"}"));
    }
    return;
  }
  const ServerSocketPtr socket = host_->make_socket(packet.nsp);
  if (!socket) {
    host_->send(error_frame(packet.nsp, {"Invalid namespace", {}}));
    return;
  }
  socket->connection_ = this;
  sockets_.push_back(socket);
  const bool without_auth = packet.data.empty() || has(ServerFault::auth_dropped);
  host_->on_connect(socket, without_auth ? std::string_view("{}") : packet.data);
}

void ServerConnection::on_event_packet(const ServerSocketPtr& socket, const PacketView& packet,
                                       const std::vector<std::string>& attachments) {
  const auto parts = split_event(packet.data);
  if (!parts) {
    invalid("malformed event");
    return;
  }
  IncomingEvent event{parts->name, parts->args, packet.ack_id, &attachments};
  if (has(ServerFault::ack_id_off_by_one) && event.ack_id) {
    ++*event.ack_id;
  }
  host_->on_event(socket, event);
  if (has(ServerFault::event_twice) && socket->state() == ServerSocket::State::connected) {
    event.ack_id.reset();
    host_->on_event(socket, event);
  }
}

void ServerConnection::on_transport_closed(std::string_view reason) {
  dead_ = true;
  const std::vector<ServerSocketPtr> all = std::move(sockets_);
  sockets_.clear();
  for (const ServerSocketPtr& socket : all) {
    const bool joined = std::exchange(socket->state_, ServerSocket::State::gone) == ServerSocket::State::connected;
    socket->connection_ = nullptr;
    if (joined) {
      host_->on_disconnect(socket, reason);
    }
  }
}

void ServerConnection::accept(const ServerSocketPtr& socket) {
  if (socket->connection_ != this || socket->state_ != ServerSocket::State::connecting) {
    return;  // the client left meanwhile
  }
  socket->state_ = ServerSocket::State::connected;
  connect_by_ = Time::max();
  std::string answer = "{\"sid\":\"" + socket->sid_ + "\"";
  if (socket->pid_) {
    answer += ",\"pid\":\"" + *socket->pid_ + "\"";
  }
  host_->send(control_frame(PacketType::connect, socket->nsp_, answer + "}"));
  host_->on_connected(socket);
}

void ServerConnection::refuse(const ServerSocketPtr& socket, const ConnectError& error) {
  if (socket->connection_ != this || socket->state_ != ServerSocket::State::connecting) {
    return;
  }
  const std::string nsp = socket->nsp_;
  forget(socket);
  host_->send(error_frame(nsp, error));
}

void ServerConnection::emit(const ServerSocket& socket, const FramePtr& frame) {
  if (socket.connection_ != this || socket.state_ != ServerSocket::State::connected) {
    return;
  }
  host_->send(frame);
  if (has(ServerFault::ack_twice) && is_ack(*frame)) {
    host_->send(frame);
  }
}

bool ServerConnection::leave(const ServerSocketPtr& socket) {
  if (socket->connection_ != this || socket->state_ != ServerSocket::State::connected) {
    return false;
  }
  const std::string nsp = socket->nsp_;
  forget(socket);
  host_->send(control_frame(PacketType::disconnect, nsp, {}));
  return true;
}

void ServerConnection::on_deadline(Time now) {
  if (now >= connect_by_ && !dead_) {
    connect_by_ = Time::max();
    host_->connect_timeout();
  }
}

void ServerConnection::invalid(std::string_view why) {
  if (!has(ServerFault::invalid_packet_ignored)) {
    dead_ = true;  // what follows in the same bytes is not processed
    host_->protocol_error(why);
  }
}

void ServerConnection::forget(const ServerSocketPtr& socket) {
  socket->state_ = ServerSocket::State::gone;
  socket->connection_ = nullptr;
  std::erase(sockets_, socket);
}

ServerSocketPtr ServerConnection::find(std::string_view nsp) const {
  for (const ServerSocketPtr& socket : sockets_) {
    if (socket->nsp_ == nsp) {
      return socket;
    }
  }
  return nullptr;
}

}  // namespace plumbline::socketio
