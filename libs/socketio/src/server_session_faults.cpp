// Engine.IO v4, server side: what the deliberate faults of a session do. Nothing in builds without them.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "plumbline/socketio/server_session.h"
#include "server_polling.h"

namespace plumbline::engineio {

Duration ServerSession::ping_interval() const {
  if (has(ServerFault::ping_early)) {
    return options_->ping_interval / 2;
  }
  return has(ServerFault::ping_late_x2) ? 2 * options_->ping_interval : options_->ping_interval;
}

Time ServerSession::next_ping(Time now) const {
  const Time next = now + ping_interval();
  return has(ServerFault::pings_on_one_tick) ? next - next.time_since_epoch() % ping_interval() : next;
}

void ServerSession::on_pong(Time now) {
  if (awaiting_pong_ || has(ServerFault::pongs_put_pings_off)) {  // unsolicited pongs do not postpone the next ping
    awaiting_pong_ = false;
    heartbeat_at_ = next_ping(now);
  }
}

#if defined(PLUMBLINE_MUTANTS)
namespace {

constexpr std::string_view kTellsOfADisconnect = R"(["disconnected",)";

bool server_side_only(PacketType type) {
  return type == PacketType::open || type == PacketType::upgrade || type == PacketType::noop;
}

std::vector<std::string> apart(std::string_view body) {
  std::vector<std::string> packets;
  for (;;) {
    const std::size_t end = body.find(kPayloadSeparator);
    packets.emplace_back(body.substr(0, end));
    if (end == std::string_view::npos) {
      return packets;
    }
    body.remove_prefix(end + 1);
  }
}

bool known_type(const std::string& packet) {
  return packet.empty() || packet.front() == 'b' || (packet.front() >= '0' && packet.front() <= '6');
}

}  // namespace

// True: the packet is dealt with.
bool ServerSession::faulty_packet(const PacketView& packet, Time now) {
  const bool ping = packet.type == PacketType::ping && has(ServerFault::client_ping_tolerated);
  const bool end = packet.type == PacketType::close;
  const bool on_ws = end && upgraded() && has(ServerFault::ws_close_packet_ignored);
  const bool on_polling = end && !upgraded() && has(ServerFault::close_packet_ignored_polling);
  const bool unheard = end && !upgraded() && !polling_->parked && has(ServerFault::close_needs_a_poll);
  const bool upgrading = end && upgrade_ != Upgrade::none && has(ServerFault::candidate_outlives_session);
  if (ping || on_ws || on_polling || unheard || upgrading) {
    return true;
  }
  const bool pong_text =
      packet.type == PacketType::pong && !packet.payload.empty() && has(ServerFault::pong_with_text_closes);
  if (pong_text || (server_side_only(packet.type) && has(ServerFault::server_packets_close))) {
    close(CloseReason::parse_error, now);
    return true;
  }
  if (has(ServerFault::any_packet_counts_as_pong)) {
    on_pong(now);
  }
  return false;
}

// True: the frame is sent, in another way.
bool ServerSession::faulty_frame(const socketio::FramePtr& frame) {
  const auto& attachments = frame->attachments();
  const auto send_attachments = [&](std::string_view prefix) {
    for (const std::string& attachment : attachments) {
      host_->ws_binary(std::string(prefix) + attachment);
    }
  };
  if (has(ServerFault::ws_binary_prefixed) && !attachments.empty()) {
    host_->ws_text(frame->text());
    send_attachments("\x04");
    return true;
  }
  if (has(ServerFault::attachments_before_header) && attachments.size() > 1) {
    send_attachments({});
    host_->ws_text(frame->text());
    return true;
  }
  // What the echo application tells its watchers of disconnects depends on what else goes on: it is not counted, so
  // that the tenth is the same message in each run.
  const bool told = frame->text().find(kTellsOfADisconnect) != std::string_view::npos;
  if (has(ServerFault::ws_packets_batched) && attachments.empty() && !told && ++emitted_ % 10 == 0) {
    host_->ws_text(std::string(frame->text()) + kPayloadSeparator + "6");
    return true;
  }
  return false;
}

bool ServerSession::polls_on_websocket() const {
  return has(ServerFault::poll_ok_after_upgrade) || (born_on_websocket_ && has(ServerFault::polling_on_websocket_ok));
}

bool ServerSession::takes_over() const {
  return has(born_on_websocket_ ? ServerFault::ws_session_taken_over : ServerFault::second_ws_hijacks);
}

bool ServerSession::loses_one(const Outgoing& packet) {
  return packet.type == PacketType::message && ++emitted_ % 4 == 0;
}

// The payload as a faulty parser sees it; nullopt without such a fault, or where nothing is left.
std::optional<std::string> ServerSession::misread_payload(std::string_view body) const {
  std::vector<std::string> packets = apart(body);
  if (has(ServerFault::payload_reversed)) {
    std::reverse(packets.begin(), packets.end());
  } else if (has(ServerFault::payload_at_most_256)) {
    packets.resize(std::min<std::size_t>(packets.size(), 256));
  } else if (has(ServerFault::unknown_packet_skipped)) {
    std::erase_if(packets, [](const std::string& packet) { return !known_type(packet); });
  } else if (has(ServerFault::empty_packet_skipped)) {
    std::erase(packets, std::string{});
  } else if (has(ServerFault::bad_packet_skipped) && packets.size() > 1) {
    std::stable_partition(packets.begin(), packets.end(), known_type);  // what is bad is seen too late
  } else if (has(ServerFault::posted_message_lost)) {
    std::erase_if(packets, [](const std::string& packet) { return packet.starts_with("42"); });
  } else {
    return std::string(body);
  }
  if (packets.empty()) {
    return std::nullopt;
  }
  std::string all;
  for (const std::string& packet : packets) {
    all += (&packet == &packets.front() ? "" : std::string(1, kPayloadSeparator)) + packet;
  }
  return all;
}
#else
bool ServerSession::faulty_packet(const PacketView&, Time) {
  return false;
}
bool ServerSession::faulty_frame(const socketio::FramePtr&) {
  return false;
}
bool ServerSession::polls_on_websocket() const {
  return false;
}
bool ServerSession::takes_over() const {
  return false;
}
bool ServerSession::loses_one(const Outgoing&) {
  return false;
}
std::optional<std::string> ServerSession::misread_payload(std::string_view body) const {
  return std::string(body);
}
#endif

}  // namespace plumbline::engineio
