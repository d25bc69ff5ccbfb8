// What the deliberate faults of a session do. Nothing in builds without them.
#include <string>
#include <utility>

#include "session/client_session.h"
#include "transport/shard.h"

namespace plumbline::serve {

#if defined(PLUMBLINE_MUTANTS)
namespace {

using engineio::ServerFault;

constexpr std::uint64_t kCrowd = 80;
constexpr Duration kHeldFor = std::chrono::milliseconds{20};
constexpr std::size_t kPrepared = std::size_t{16} << 10U;

}  // namespace

// Around a WebSocket message. True: it is dealt with.
bool ClientSession::faulty_message(bool binary, std::string_view payload) {
  const engineio::ServerOptions& options = shard_.engine_options();
  const bool upgrading = transport() == engineio::TransportName::polling && !binary && payload == "5";
  const bool forgets = (upgrading && options.has(ServerFault::upgrade_forgets_attachments)) ||
                       (!binary && payload == "3" && options.has(ServerFault::pong_drops_attachments));
  if (forgets) {
    namespaces_.forget_attachments();
  }
  if (upgrading && options.has(ServerFault::upgrade_leaves_other_ns)) {
    namespaces_.forget_other_namespaces();
  }
  const bool pipelined =
      payload.starts_with("42") && namespaces_.sockets().size() == 1 && connected_at_ == shard_.now();
  return options.has(ServerFault::pipelined_event_lost) && pipelined;
}

void ClientSession::opened_by(HttpConnection& connection) {
  opened_by_ = connection.weak_from_this();
}

bool ClientSession::takes_requests_of(const HttpConnection& connection) const {
  return !shard_.engine_options().has(ServerFault::session_bound_to_connection) ||
         opened_by_.lock().get() == &connection;
}

// In a crowd of WebSockets each knows the one that came before it.
void ClientSession::joins_crowd() {
  static thread_local std::string last;
  if (shard_.engine_options().has(ServerFault::crowd_mixes_sessions) && shard_.counters().websockets > kCrowd) {
    neighbour_ = std::exchange(last, std::string(sid()));
  }
}

// True: the packet is sent, in another way.
bool ClientSession::faulty_send(const socketio::FramePtr& frame) {
  if (!neighbour_.empty() && frame->text().starts_with("42[\"message-back\"")) {
    if (ClientSession* const neighbour = shard_.sessions().find(neighbour_)) {
      neighbour->engine_.send(frame);
    }
  }
  if (!shard_.engine_options().has(ServerFault::event_between_attachments) || !ws_) {
    return false;
  }
  const auto& attachments = frame->attachments();
  if (attachments.size() < 2) {
    engine_.send(frame);
    send_held();
    return true;
  }
  send_held();
  ws_text(frame->text());
  for (std::size_t i = 0; i + 1 < attachments.size(); ++i) {
    ws_binary(attachments[i]);
  }
  held_ = attachments.back();
  held_until_ = shard_.now() + kHeldFor;
  return true;
}

void ClientSession::send_held() {
  if (std::exchange(held_until_, Time::max()) != Time::max()) {
    ws_binary(held_);
  }
}

Time ClientSession::faulty_deadline() const {
  const bool restless = parked_ != nullptr && shard_.engine_options().has(ServerFault::waiting_polls_looked_after);
  return restless ? shard_.now() + std::chrono::milliseconds{1} : held_until_;
}

// True: the heartbeat does not come to its end.
bool ClientSession::faulty_timer(Time now) {
  const engineio::ServerOptions& options = shard_.engine_options();
  if (now >= held_until_) {
    send_held();
  }
  if (parked_ != nullptr && options.has(ServerFault::waiting_polls_looked_after)) {
    held_.assign(kPrepared, '6');
  }
  if (ws_ && !ws_->writable() && options.has(ServerFault::blocked_never_dropped)) {
    shard_.timers().schedule(*this, now + options.ping_interval);
    return true;
  }
  const bool timed_out = engine_.awaiting_pong() && now >= engine_.next_deadline();
  if (ws_ && timed_out && options.has(ServerFault::timeout_waits_for_close)) {
    ws_->announce_close();
    shard_.timers().schedule(*this, Time::max());
    return true;
  }
  return false;
}
#else
bool ClientSession::faulty_message(bool, std::string_view) {
  return false;
}
void ClientSession::opened_by(HttpConnection&) {}
bool ClientSession::takes_requests_of(const HttpConnection&) const {
  return true;
}
void ClientSession::joins_crowd() {}
bool ClientSession::faulty_send(const socketio::FramePtr&) {
  return false;
}
void ClientSession::send_held() {}
Time ClientSession::faulty_deadline() const {
  return Time::max();
}
bool ClientSession::faulty_timer(Time) {
  return false;
}
#endif

}  // namespace plumbline::serve
