#include "plumbline/socketio/server_session.h"

#include <algorithm>
#include <utility>

#include "server_polling.h"

namespace plumbline::engineio {
namespace {

constexpr Duration kLongestFarewell = std::chrono::seconds{30};  // a closed polling client that never asks again
constexpr Time kNever = Time::max();

}  // namespace

std::string_view to_string(CloseReason reason) {
  switch (reason) {
    case CloseReason::transport_close:
    case CloseReason::client_close:
      return "transport close";
    case CloseReason::transport_error:
      return "transport error";
    case CloseReason::ping_timeout:
      return "ping timeout";
    case CloseReason::parse_error:
      return "parse error";
    case CloseReason::server_close:
      return "forced server close";
    case CloseReason::shutting_down:
      return "server shutting down";
    case CloseReason::overflow:
      return "buffer overflow";
  }
  return "transport close";
}

ServerSession::ServerSession(const ServerOptions& options, SessionHost& host, TransportName transport, Time now)
    : options_(&options),
      host_(&host),
      heartbeat_at_(options.has(ServerFault::never_ping) ? kNever : next_ping(now)),
      transport_(transport) {
  if (transport == TransportName::polling) {
    polling_ = std::make_unique<Polling>();
  }
}

ServerSession::~ServerSession() = default;

void ServerSession::open_on_websocket(std::string_view sid) {
  host_->ws_text(open_packet(sid, TransportName::websocket, *options_));
}

std::string ServerSession::open_on_polling(std::string_view sid) const {
  return open_packet(sid, TransportName::polling, *options_);
}

// --- packets -------------------------------------------------------------------------------------------------------

void ServerSession::on_packet(const PacketView& packet, Time now) {
  if (faulty_packet(packet, now)) {
    return;
  }
  switch (packet.type) {
    case PacketType::message:
      host_->on_message(packet.binary, packet.payload, now);
      break;
    case PacketType::pong:
      on_pong(now);
      break;
    case PacketType::close:
      close(CloseReason::client_close, now);
      break;
    case PacketType::ping:  // engine.io v4: only the server pings
      close(CloseReason::parse_error, now);
      break;
    case PacketType::open:
    case PacketType::upgrade:
    case PacketType::noop:
      break;
  }
}

void ServerSession::on_ws_message(bool binary, std::string_view payload, Time now) {
  if (!upgraded()) {
    on_candidate_message(binary, payload, now);
    return;
  }
  if (state_ != State::open) {
    return;
  }
  if (binary) {
    host_->on_message(true, payload, now);
    return;
  }
  if (payload == "2probe" && takes_over()) {
    host_->ws_text("3probe");
    return;
  }
  const auto packet = parse_text_packet(payload);
  if (!packet) {
    if (has(ServerFault::ws_bad_packet_ignored)) {
      return;
    }
    close(CloseReason::parse_error, now);
    return;
  }
  on_packet(*packet, now);
}

// --- upgrade -------------------------------------------------------------------------------------------------------

std::optional<RequestError> ServerSession::attach_websocket(Time now) {
  if (state_ != State::open) {
    return RequestError::unknown_sid;
  }
  if (upgraded() && takes_over()) {
    return std::nullopt;
  }
  if (upgrade_ != Upgrade::none && has(ServerFault::two_candidates)) {
    drop_candidate();
    host_->ws_close(CloseReason::transport_error);
    return RequestError::bad_request;
  }
  if (upgraded() || upgrade_ != Upgrade::none || !options_->websocket) {
    return RequestError::bad_request;
  }
  if (!options_->upgrades && !has(ServerFault::upgrades_off_ignored)) {
    if (has(ServerFault::upgrades_off_closes)) {
      close(CloseReason::transport_error, now);
    }
    return RequestError::bad_request;
  }
  upgrade_ = Upgrade::attached;
  polling_->deadline = has(ServerFault::upgrade_never_times_out) ? kNever : now + options_->upgrade_timeout;
  return std::nullopt;
}

void ServerSession::on_candidate_message(bool binary, std::string_view payload, Time now) {
  if (upgrade_ == Upgrade::none) {
    return;
  }
  const bool probe = payload == "2probe" || (has(ServerFault::probe_any_payload) && payload.starts_with('2'));
  if (!binary && probe) {
    upgrade_ = Upgrade::probed;
    if (has(ServerFault::probed_never_times_out)) {
      polling_->deadline = kNever;
    }
    host_->ws_text(has(ServerFault::probe_answer_bare) ? "3" : "3" + std::string(payload.substr(1)));
    if (polling_->parked && !has(ServerFault::no_noop_on_upgrade)) {
      answer_parked("6");
    }
  } else if (!binary && payload == "5" && (upgrade_ == Upgrade::probed || has(ServerFault::upgrade_without_probe))) {
    finish_upgrade(now);
  } else {
    drop_candidate();
    host_->ws_close(CloseReason::transport_error);
  }
}

void ServerSession::finish_upgrade(Time now) {
  upgrade_ = Upgrade::none;
  transport_ = TransportName::websocket;
  const std::unique_ptr<Polling> before = std::move(polling_);
  if (before->parked) {
    host_->answer_poll("6");
  }
  if (awaiting_pong_) {  // its answer may be lost between the transports: ask again on the new one
    awaiting_pong_ = false;
    heartbeat_at_ = next_ping(now);
  }
  if (has(ServerFault::upgrade_stops_pings)) {
    heartbeat_at_ = kNever;
  }
  if (has(ServerFault::lose_buffer_on_upgrade)) {
    return;
  }
  if (has(ServerFault::upgrade_reverses_buffer)) {
    std::reverse(before->queue.begin(), before->queue.end());
  }
  for (const Outgoing& packet : before->queue) {
    packet.send_to(*host_);
  }
}

void ServerSession::drop_candidate() {
  upgrade_ = Upgrade::none;
  polling_->deadline = kNever;
}

void ServerSession::on_ws_closed(CloseReason reason, Time now) {
  if (!upgraded()) {
    if (upgrade_ != Upgrade::none) {
      drop_candidate();
      if (has(ServerFault::candidate_close_kills_session)) {
        close(reason, now);
      }
    }
    return;
  }
  if (state_ == State::open) {
    state_ = State::closed;
    host_->on_close(reason, now);
  }
}

// --- sending -------------------------------------------------------------------------------------------------------

void ServerSession::send(const socketio::FramePtr& frame) {
  if (state_ != State::open) {
    return;
  }
  if (upgraded()) {
    if (!faulty_frame(frame)) {
      host_->ws_frame(frame);
    }
    return;
  }
  Outgoing packet;
  packet.frame = frame;
  enqueue(std::move(packet), frame->server_ws_bytes().size());
}

void ServerSession::send_message(bool binary, std::string_view payload) {
  if (state_ != State::open) {
    return;
  }
  Outgoing packet;
  packet.binary = binary;
  packet.payload = payload;
  if (upgraded()) {
    packet.send_to(*host_);
  } else {
    enqueue(std::move(packet), payload.size());
  }
}

void ServerSession::enqueue(Outgoing packet, std::size_t bytes) {
  Polling& polling = *polling_;
  if (!polling.parked && has(ServerFault::emit_between_polls_lost) && loses_one(packet)) {
    return;
  }
  if (upgrade_ == Upgrade::attached && packet.type == PacketType::message && has(ServerFault::attached_emit_lost)) {
    return;
  }
  const bool fits =
      polling.bytes + bytes <= options_->max_buffered_bytes && polling.queue.size() < options_->max_buffered_packets;
  if (polling.overflowed || (!polling.queue.empty() && !fits)) {
    if (!std::exchange(polling.overflowed, true)) {
      host_->on_overflow();
    }
    return;
  }
  polling.bytes += bytes;
  polling.queue.push_back(std::move(packet));
  if (polling.parked) {
    host_->want_flush();
  }
}

std::size_t ServerSession::buffered_bytes() const {
  return polling_ ? polling_->bytes : 0;
}

// --- end -----------------------------------------------------------------------------------------------------------

void ServerSession::close(CloseReason reason, Time now) {
  if (state_ != State::open) {
    return;
  }
  if (upgraded()) {
    state_ = State::closed;
    host_->ws_close(reason);
  } else {
    shut_polling(reason, now);
  }
  host_->on_close(reason, now);
}

void ServerSession::shut_polling(CloseReason reason, Time now) {
  if (upgrade_ != Upgrade::none) {
    drop_candidate();
    host_->ws_close(reason);
  }
  const bool graceful = reason == CloseReason::server_close || reason == CloseReason::shutting_down;
  if (!graceful || has(ServerFault::close_drops_buffer)) {
    polling_->queue.clear();
  }
  if (polling_->receiving) {
    polling_->receiving = false;
    host_->abort_post();
  }
  if (polling_->parked) {
    state_ = State::closed;
    const bool bare = reason == CloseReason::client_close || has(ServerFault::close_without_packet);
    answer_parked(bare ? "6" : "1");
  } else if (graceful) {
    state_ = State::closing;
    polling_->deadline = now + std::min(options_->ping_interval + options_->ping_timeout, kLongestFarewell);
  } else {
    state_ = State::closed;
  }
}

// --- time ----------------------------------------------------------------------------------------------------------

Time ServerSession::next_deadline() const {
  if (state_ == State::closed) {
    return kNever;
  }
  if (state_ == State::closing) {
    return polling_->deadline;
  }
  return upgrade_ == Upgrade::none ? heartbeat_at_ : std::min(heartbeat_at_, polling_->deadline);
}

void ServerSession::on_deadline(Time now) {
  if (state_ == State::closing && now >= polling_->deadline) {
    state_ = State::closed;
  }
  if (state_ != State::open) {
    return;
  }
  if (upgrade_ != Upgrade::none && now >= polling_->deadline) {
    drop_candidate();
    host_->ws_close(CloseReason::transport_close);
  }
  if (now < heartbeat_at_) {
    return;
  }
  if (!awaiting_pong_) {
    ping(now);
  } else if (has(ServerFault::never_timeout) ||
             (has(ServerFault::unfetched_ping_kept) && !upgraded() && !polling_->queue.empty())) {
    heartbeat_at_ = kNever;
  } else {
    close(CloseReason::ping_timeout, now);
  }
}

// engine.io v4: "Heartbeat"
void ServerSession::ping(Time now) {
  awaiting_pong_ = true;
  heartbeat_at_ = now + (has(ServerFault::timeout_x3) ? 3 * options_->ping_timeout : options_->ping_timeout);
  if (upgraded()) {
    host_->ws_text("2");
    return;
  }
  Outgoing packet;
  packet.type = PacketType::ping;
  enqueue(std::move(packet), 1);
}

}  // namespace plumbline::engineio
