#include "echo/echo_application.h"

#include <algorithm>
#include <utility>

namespace plumbline::serve {
namespace {

// Where the socket is in its room, so that leaving it takes no search.
struct EchoContext final : SocketContext {
  std::string auth;  // until connected
  std::size_t position{0};
};

EchoContext& context_of(const Socket& socket) {
  return static_cast<EchoContext&>(*socket.context);
}

std::string_view without_brackets(std::string_view array) {
  return array.substr(1, array.size() - 2);
}

// The same packet with or without attachments: placeholders in `args` stay as they came.
socketio::FramePtr event_frame(const Socket& socket, std::string_view name, const Event& event) {
  const std::string_view args = without_brackets(event.args);
  if (event.attachments->empty()) {
    return socketio::make_event(socket.nsp(), name, args);
  }
  std::string data = "[\"" + std::string(name) + "\"";
  if (!args.empty()) {
    data += ',';
    data += args;
  }
  data += ']';
  std::string text;
  socketio::append_packet(text, socketio::PacketType::binary_event, socket.nsp(), std::nullopt, data,
                          static_cast<std::uint32_t>(event.attachments->size()));
  return std::make_shared<const socketio::Frame>(text, *event.attachments);
}

socketio::FramePtr ack_frame(const Socket& socket, const Event& event) {
  if (event.attachments->empty()) {
    return socketio::make_ack(socket.nsp(), event.ack_id.value_or(0), event.args);
  }
  std::string text;
  socketio::append_packet(text, socketio::PacketType::binary_ack, socket.nsp(), event.ack_id, event.args,
                          static_cast<std::uint32_t>(event.attachments->size()));
  return std::make_shared<const socketio::Frame>(text, *event.attachments);
}

}  // namespace

EchoApplication::EchoApplication(EchoFactory& factory, std::size_t) : factory_(factory) {
  rooms_.push_back({"/", {}});
  rooms_.push_back({"/custom", {}});
}

const EchoApplication::Room* EchoApplication::room_of(std::string_view nsp) const {
  const auto found = std::find_if(rooms_.begin(), rooms_.end(), [nsp](const Room& room) { return room.nsp == nsp; });
  return found == rooms_.end() ? nullptr : &*found;
}

EchoApplication::Room& EchoApplication::room(std::string_view nsp) {
  return const_cast<Room&>(*room_of(nsp));
}

void EchoApplication::on_connect(const SocketPtr& socket, const ConnectRequest& request, ConnectReply reply) {
  auto context = std::make_unique<EchoContext>();
  context->auth = request.auth;
  socket->context = std::move(context);
  reply(std::nullopt);
}

void EchoApplication::on_connected(const SocketPtr& socket) {
  EchoContext& context = context_of(*socket);
  std::vector<SocketPtr>& sockets = room(socket->nsp()).sockets;
  context.position = sockets.size();
  sockets.push_back(socket);
  socket->emit(socketio::make_event(socket->nsp(), "auth", context.auth));
  context.auth = std::string{};
}

void EchoApplication::on_event(const SocketPtr& socket, const Event& event) {
  ++events_;
  if (event.name == "message-with-ack") {
    if (event.ack_id) {
      socket->emit(ack_frame(*socket, event));
    }
  } else if (event.name == "message") {
    socket->emit(event_frame(*socket, "message-back", event));
  } else if (event.name == "bcast") {
    factory_.broadcast(socket->nsp(), event_frame(*socket, "bcast", event));
  }
}

void EchoApplication::on_disconnect(const SocketPtr& socket, std::string_view) {
  std::vector<SocketPtr>& sockets = room(socket->nsp()).sockets;
  const std::size_t position = context_of(*socket).position;
  context_of(*sockets.back()).position = position;
  std::swap(sockets[position], sockets.back());
  sockets.pop_back();
}

void EchoApplication::on_request(net::HttpRequest request, net::Respond respond) {
  net::HttpResponse answer;
  answer.status = 404;
  answer.content_type = "application/json; charset=utf-8";
  answer.body = R"({"error":"nothing is served here","code":"NOT_FOUND"})";
  if (request.path == "/" && request.method == "GET") {
    answer.status = 200;
    answer.body = R"({"app":"echo"})";
  }
  respond(std::move(answer));
}

std::vector<Metric> EchoApplication::metrics() const {
  std::size_t sockets = 0;
  for (const Room& room : rooms_) {
    sockets += room.sockets.size();
  }
  return {
      {"plumbline_echo_events_total", "Events received by the echo application.", true, static_cast<double>(events_)},
      {"plumbline_sockets", "Joined Socket.IO namespaces, all clients.", false, static_cast<double>(sockets)}};
}

void EchoApplication::deliver(std::string_view nsp, const socketio::FramePtr& frame) {
  for (const SocketPtr& socket : room(nsp).sockets) {
    socket->emit(frame);
  }
}

std::unique_ptr<Application> EchoFactory::make(std::size_t shard) {
  auto made = std::make_unique<EchoApplication>(*this, shard);
  applications_[shard] = made.get();
  return made;
}

void EchoFactory::broadcast(const std::string& nsp, const socketio::FramePtr& frame) {
  for (std::size_t shard = 0; shard < applications_.size(); ++shard) {
    pool_.post_to(shard, [application = applications_[shard], nsp, frame] { application->deliver(nsp, frame); });
  }
}

}  // namespace plumbline::serve
