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

FramePtr connect_frame(const engineio::ServerOptions& options, std::string_view nsp, std::string_view sid,
                       const std::string* pid) {
  std::string data = "{\"sid\":\"";
  data += sid;
  data += '"';
  if (pid != nullptr || options.has(ServerFault::pid_without_recovery)) {
    data += ",\"pid\":\"" + (pid != nullptr ? *pid : std::string("p")) + '"';
  }
  data += '}';
  return control_frame(PacketType::connect, nsp, options.has(ServerFault::connect_no_sid) ? "{}" : data);
}

FramePtr error_frame(const engineio::ServerOptions& options, std::string_view nsp, const ConnectError& error) {
  const std::string message = boost::json::serialize(boost::json::string_view(error.message));
  if (options.has(ServerFault::connect_error_string)) {
    return control_frame(PacketType::connect_error, nsp, message);
  }
  std::string data = "{\"message\":" + message;
  if (!error.data.empty() && !options.has(ServerFault::refusal_without_data)) {
    data += ",\"data\":" + error.data;
  }
  data += '}';
  return control_frame(PacketType::connect_error, nsp, data);
}

// The same packet without its namespace: `443/custom,5[...]` becomes `435[...]`.
FramePtr in_main_namespace(const Frame& frame) {
  std::string text(frame.text().substr(1));
  const std::size_t slash = text.find('/');
  const std::size_t comma = text.find(',');
  if (slash < text.find('[') && comma != std::string::npos) {
    text.erase(slash, comma + 1 - slash);
  }
  return std::make_shared<const Frame>(text, frame.attachments());
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
#if defined(PLUMBLINE_MUTANTS)
  std::optional<std::string> misread;
  if (options_->fault != ServerFault::none) {
    misread = misread_text(text);
    if (!misread) {
      return;
    }
    text = *misread;
  }
#endif
  if (!reassembler_.waiting()) {  // the hot path: no copy of what is complete at once
    static const std::vector<std::string> none;
    const auto packet = parse_packet(text, Direction::to_server);
    if (!packet && !has(ServerFault::binary_attachment_count_unlimited)) {
      invalid("malformed packet");
      return;
    }
    if (packet && packet->attachments == 0) {
      on_packet(*packet, none);
      return;
    }
  }
  ParseLimits limits;
  if (has(ServerFault::binary_attachment_count_unlimited)) {
    limits.max_attachments = 1'000'000;
  }
  const auto waiting = reassembler_.on_text(text, Direction::to_server, limits);
  if (!waiting) {
    invalid("text between binary attachments");
  }
}

void ServerConnection::on_binary(std::string_view bytes) {
  if (dead_ || (!reassembler_.waiting() && has(ServerFault::stray_attachment_ignored))) {
    return;
  }
  const bool lost = (has(ServerFault::empty_binary_lost) && bytes.empty()) ||
                    (has(ServerFault::one_byte_attachment_lost) && bytes.size() == 1);
  const bool complete = reassembler_.waiting() && has(ServerFault::bad_placeholder_ignored);
  auto result = reassembler_.on_binary(lost ? std::string_view("lost") : bytes);
  if (!result && complete) {
    return;
  }
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
  const bool main = has(ServerFault::binary_needs_main_ns);
  const PacketView view{packet->type, main ? "/" : std::string_view(packet->nsp), packet->ack_id, 0, packet->data};
  on_packet(view, packet->attachments);
}

void ServerConnection::watch_attachments(Time now) {
  const bool watched = reassembler_.waiting() && !has(ServerFault::half_event_held);
  attachment_by_ = watched ? now + options_->ping_interval + options_->ping_timeout : Time::max();
}

void ServerConnection::on_packet(const PacketView& packet, const std::vector<std::string>& attachments) {
  if (packet.type == PacketType::connect) {
    on_connect_packet(packet);
    return;
  }
  if (faulty_packet(packet)) {
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
      on_disconnect_packet(socket);
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

void ServerConnection::on_disconnect_packet(const ServerSocketPtr& socket) {
  if (faulty_disconnect(socket)) {
    return;
  }
  forget(socket);
  host_->on_disconnect(socket, "client namespace disconnect");
}

void ServerConnection::on_connect_packet(const PacketView& packet) {
  if (const ServerSocketPtr joined = find(packet.nsp)) {
    if (!has(ServerFault::double_connect_ok)) {
      invalid("second CONNECT for a namespace");
      return;
    }
    if (joined->state() == ServerSocket::State::connected) {
      host_->send(connect_frame(*options_, packet.nsp, joined->sid(), nullptr));
    }
    return;
  }
  const ServerSocketPtr socket = host_->make_socket(packet.nsp);
  if (!socket) {
    host_->send(has(ServerFault::ns_auto_create) ? connect_frame(*options_, packet.nsp, "made-on-demand", nullptr)
                                                 : error_frame(*options_, packet.nsp, {"Invalid namespace", {}}));
    return;
  }
  if (refused_before(packet.nsp)) {
    return;
  }
  socket->connection_ = this;
  sockets_.push_back(socket);
  const bool without_auth = packet.data.empty() || has(ServerFault::auth_dropped);
  const std::string_view auth = without_auth ? std::string_view("{}") : packet.data;
  host_->on_connect(socket, has(ServerFault::auth_leaks_across_ns) ? leaked_auth(auth) : auth);
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
  if (faulty_event(socket, event)) {
    return;
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
    if (joined && (socket->nsp_ == "/" || !has(ServerFault::loss_ends_main_only))) {
      host_->on_disconnect(socket, reason);
    }
  }
}

void ServerConnection::accept(const ServerSocketPtr& socket) {
  if (socket->connection_ != this || socket->state_ != ServerSocket::State::connecting) {
    return;  // the client left meanwhile
  }
  socket->state_ = ServerSocket::State::connected;
  if (!has(ServerFault::connect_timeout_after_leave)) {
    connect_by_ = Time::max();
  }
  if (has(ServerFault::greeting_before_connect)) {
    host_->on_connected(socket);
    host_->send(connect_frame(*options_, socket->nsp_, socket->sid_, socket->pid_.get()));
    return;
  }
  host_->send(connect_frame(*options_, socket->nsp_, socket->sid_, socket->pid_.get()));
  host_->on_connected(socket);
}

void ServerConnection::refuse(const ServerSocketPtr& socket, const ConnectError& error) {
  if (socket->connection_ != this || socket->state_ != ServerSocket::State::connecting) {
    return;
  }
  const std::string nsp = socket->nsp_;
  forget(socket);
  const FramePtr frame = error_frame(*options_, nsp, error);
  remember_refusal(nsp, frame);
  host_->send(frame);
}

void ServerConnection::emit(const ServerSocket& socket, const FramePtr& frame) {
  if (socket.connection_ != this || socket.state_ != ServerSocket::State::connected) {
    return;
  }
  if (is_ack(*frame) && has(ServerFault::ack_wrong_ns)) {
    host_->send(in_main_namespace(*frame));
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
  if (!has(ServerFault::kick_silent)) {
    host_->send(control_frame(PacketType::disconnect, nsp, {}));
  }
  return true;
}

void ServerConnection::on_deadline(Time now) {
  if (now >= attachment_by_ && !dead_) {
    attachment_by_ = Time::max();
    invalid("attachments that never came");
    return;
  }
  if (now >= connect_by_ && !dead_) {
    connect_by_ = Time::max();
    if (sockets_.empty() || !has(ServerFault::connect_timeout_after_leave)) {
      host_->connect_timeout();
    }
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
