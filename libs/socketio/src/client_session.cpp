// Client session: open packet, namespace, heartbeat watch, upgrade. One state machine, no clock, no sockets.
#include "plumbline/socketio/client_session.h"

#include <utility>

#include "open_packet.h"
#include "plumbline/socketio/engine_packet.h"

namespace plumbline::socketio {
namespace {

constexpr Error broken(std::string_view why) {
  return Error{Errc::malformed, why};
}

}  // namespace

ClientSession::ClientSession(ClientSessionHost& host, Options options, Time now)
    : host_(&host),
      nsp_(std::move(options.nsp)),
      auth_(std::move(options.auth)),
      deadline_(now + options.timeout),
      wants_upgrade_(options.upgrade) {}

void ClientSession::end(const Error& why) {
  if (state_ != State::ended) {
    state_ = State::ended;
    host_->on_ended(why);
  }
}

void ClientSession::on_text(std::string_view engine_packet, Time now) {
  if (state_ == State::ended) {
    return;
  }
  const auto packet = engineio::parse_text_packet(engine_packet);
  if (!packet) {
    return end(packet.error());
  }
  if ((packet->type == engineio::PacketType::open) != (state_ == State::opening)) {
    return end(broken("open packet out of place"));
  }
  switch (packet->type) {
    case engineio::PacketType::open:
      return on_open(packet->payload, now);
    case engineio::PacketType::close:
      return end(Error{Errc::closed, "the server closed the session"});
    case engineio::PacketType::message:
      return on_message(packet->payload);
    case engineio::PacketType::ping:
      heard_ = now;
      if (state_ == State::joined) {
        deadline_ = now + patience_;
      }
      return host_->send_text("3");
    case engineio::PacketType::pong:
    case engineio::PacketType::noop:
      return;
    case engineio::PacketType::upgrade:
      break;
  }
  end(broken("upgrade packet from the server"));
}

void ClientSession::on_open(std::string_view json, Time now) {
  auto parsed = parse_open_packet(json);
  if (!parsed) {
    return end(parsed.error());
  }
  OpenPacket open = std::move(parsed.value());
  engine_sid_ = std::move(open.sid);
  patience_ = open.ping_interval + open.ping_timeout;
  max_payload_ = open.max_payload;
  heard_ = now;
  state_ = State::joining;
  send_packet(PacketType::connect, std::nullopt, auth_, 0);
  std::string().swap(auth_);  // tokens are long, sessions are many
  if (wants_upgrade_ && open.offers_websocket) {
    upgrade_ = Upgrade::connecting;
    host_->open_probe();
  }
}

void ClientSession::on_binary(std::string_view bytes) {
  if (state_ == State::ended) {
    return;
  }
  on_reassembled(reassembler_.on_binary(bytes));
}

void ClientSession::on_reassembled(const Result<std::optional<Packet>>& packet) {
  if (!packet) {
    return end(packet.error());
  }
  if (const std::optional<Packet>& whole = *packet) {
    PacketView view;
    view.type = whole->type;
    view.nsp = whole->nsp;
    view.ack_id = whole->ack_id;
    view.data = whole->data;
    deliver(view, whole->attachments);
  }
}

void ClientSession::on_message(std::string_view text) {
  if (reassembler_.waiting()) {
    return end(broken("text while attachments are missing"));
  }
  const auto packet = parse_packet(text, Direction::to_client);
  if (!packet) {
    return end(packet.error());
  }
  if (packet->type == PacketType::binary_event || packet->type == PacketType::binary_ack) {
    return on_reassembled(reassembler_.on_text(text, Direction::to_client));
  }
  static const std::vector<std::string> none;
  deliver(*packet, none);
}

void ClientSession::deliver(const PacketView& packet, const std::vector<std::string>& attachments) {
  if (packet.nsp != nsp_) {
    return;  // a namespace we never joined; the official client ignores it too
  }
  if (packet.type == PacketType::connect) {
    return on_connect(packet);
  }
  if (packet.type == PacketType::connect_error) {
    if (state_ != State::joining) {
      return end(broken("CONNECT_ERROR after CONNECT"));
    }
    state_ = State::ended;
    return host_->on_connect_refused(packet.data);
  }
  if (state_ != State::joined) {
    return end(broken("packet before CONNECT"));
  }
  switch (packet.type) {
    case PacketType::disconnect:
      return end(Error{Errc::closed, "the server disconnected the client"});
    case PacketType::event:
    case PacketType::binary_event:
      return host_->on_event(packet, attachments);
    case PacketType::ack:
    case PacketType::binary_ack:
      return host_->on_ack(packet.ack_id.value_or(0), packet.data);
    case PacketType::connect:
    case PacketType::connect_error:
      return;  // handled above
  }
}

void ClientSession::on_connect(const PacketView& packet) {
  const auto sid = parse_sid(packet.data);
  if (state_ != State::joining || !sid) {
    return end(broken("CONNECT without sid, or twice"));
  }
  state_ = State::joined;
  deadline_ = heard_ + patience_;
  host_->on_connected(*sid);
}

void ClientSession::on_time(Time now) {
  if (state_ == State::ended || now < deadline_) {
    return;
  }
  end(Error{Errc::timeout, state_ == State::joined ? "no ping from the server" : "not connected in time"});
}

bool ClientSession::send_packet(PacketType type, std::optional<std::uint64_t> id, std::string_view data,
                                std::size_t attachments) {
  thread_local std::string text;  // no allocation per packet, and none held per idle session
  text = "4";
  append_packet(text, type, nsp_, id, data, static_cast<std::uint32_t>(attachments));
  if (max_payload_ != 0 && text.size() > max_payload_) {
    return false;
  }
  host_->send_text(text);
  return true;
}

bool ClientSession::emit(std::string_view data, std::optional<std::uint64_t> ack_id,
                         std::span<const std::string> attachments) {
  if (state_ != State::joined) {
    return false;
  }
  const PacketType type = attachments.empty() ? PacketType::event : PacketType::binary_event;
  if (!send_packet(type, ack_id, data, attachments.size())) {
    return false;
  }
  for (const std::string& attachment : attachments) {
    host_->send_binary(attachment);
  }
  return true;
}

bool ClientSession::ack(std::uint64_t id, std::string_view array) {
  return state_ == State::joined && send_packet(PacketType::ack, id, array, 0);
}

void ClientSession::disconnect() {
  if (state_ == State::joined) {
    send_packet(PacketType::disconnect, std::nullopt, {}, 0);
  }
  state_ = State::ended;
}

void ClientSession::probe_opened() {
  if (upgrade_ == Upgrade::connecting) {
    upgrade_ = Upgrade::probing;
    host_->send_probe("2probe");
  }
}

void ClientSession::on_probe_text(std::string_view engine_packet) {
  if (upgrade_ != Upgrade::probing || engine_packet != "3probe") {
    return probe_failed();
  }
  upgrade_ = Upgrade::pausing;
  host_->pause_polling();
}

void ClientSession::polling_paused() {
  if (upgrade_ == Upgrade::pausing && state_ != State::ended) {
    upgrade_ = Upgrade::done;
    host_->send_probe("5");
    host_->use_probe();
  }
}

void ClientSession::probe_failed() {
  const bool trying = upgrade_ != Upgrade::none && upgrade_ != Upgrade::done;
  upgrade_ = Upgrade::none;
  if (trying && state_ != State::ended) {
    host_->abandon_probe();
  }
}

}  // namespace plumbline::socketio
