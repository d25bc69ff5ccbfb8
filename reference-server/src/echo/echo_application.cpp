#include "echo/echo_application.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "echo/admission.h"
#include "echo/arguments.h"
#include "echo/echo_context.h"
#include "mutant/mutant.h"

namespace plumbline::serve {
namespace {

using Timer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                      boost::asio::io_context::executor_type>;

constexpr std::chrono::milliseconds kSlowAdmission{100};

bool is_loss(std::string_view reason) {
  return reason == "transport close" || reason == "transport error" || reason == "ping timeout" ||
         active(Mutant::recovery_after_goodbye);
}

// What a client that wants its state back says of it; anything of another type is nothing.
struct Claim {
  std::string pid;
  std::optional<std::string> offset;
};

Claim claim_of(const std::string& auth) {
  boost::system::error_code failure;
  const boost::json::value value = boost::json::parse(auth, failure);
  Claim claim;
  if (failure || !value.is_object()) {
    return claim;
  }
  const boost::json::value* const pid = value.get_object().if_contains("pid");
  const boost::json::value* const offset = value.get_object().if_contains("offset");
  if (pid == nullptr || !pid->is_string() || (offset != nullptr && !offset->is_string())) {
    return claim;
  }
  claim.pid = pid->get_string().c_str();
  if (offset != nullptr) {
    claim.offset = offset->get_string().c_str();
  }
  return claim;
}

}  // namespace

bool EchoApplication::has_namespace(std::string_view nsp) const {
  return echo_namespace_exists(nsp);
}

// The timers are as many as the questions and connects that may wait.
void EchoApplication::after(std::chrono::milliseconds delay, std::function<void()> task) {
  auto timer = std::make_shared<Timer>(factory_.pool().context(shard_).get_executor());
  timer->expires_after(delay);
  timer->async_wait([timer, task = std::move(task)](const boost::system::error_code& failure) {
    if (!failure) {
      task();
    }
  });
}

void EchoApplication::on_connect(const SocketPtr& socket, const ConnectRequest& request, ConnectReply reply) {
  auto context = std::make_unique<EchoContext>();
  context->auth = request.auth;
  socket->context = std::move(context);
  auto refusal = echo_refusal(request.nsp, context_of(*socket).auth);
  if (active(Mutant::recovery_skips_admission) && !claim_of(context_of(*socket).auth).pid.empty()) {
    refusal.reset();
  }
  if (refusal) {
    reply(std::move(refusal));
  } else if (request.nsp == "/slow") {
    after(kSlowAdmission, [this, socket, reply = std::move(reply)] { admit(socket, reply); });
  } else {
    admit(socket, reply);
  }
}

void EchoApplication::admit(const SocketPtr& socket, const ConnectReply& reply) {
  if (factory_.recovers()) {
    EchoContext& context = context_of(*socket);
    context.recovery = std::make_unique<EchoRecovery>();
    const Claim claim = claim_of(context.auth);
    auto resumed = factory_.resume(claim.pid, socket->nsp(), claim.offset, context.recovery->live_from);
    if (!resumed && !claim.pid.empty() && factory_.cluster() != nullptr) {
      factory_.claim(
          claim.pid, socket->nsp(), claim.offset, shard_,
          [this, socket, reply, pid = claim.pid](std::optional<RecoveryLog::Resumed> handed, std::uint64_t upto) {
            context_of(*socket).recovery->live_from = upto;
            admit_as(socket, reply, pid, std::move(handed));
          });
      return;
    }
    admit_as(socket, reply, claim.pid, std::move(resumed));
    return;
  }
  reply(std::nullopt);
}

void EchoApplication::admit_as(const SocketPtr& socket, const ConnectReply& reply, const std::string& pid,
                               std::optional<RecoveryLog::Resumed> resumed) {
  EchoContext& context = context_of(*socket);
  EchoRecovery& recovery = *context.recovery;
  recovery.since = resumed ? resumed->session.since : recovery.live_from;
  recovery.before = resumed ? resumed->session.before : std::nullopt;
  recovery.pid = resumed ? pid : factory_.new_pid();
  if (active(Mutant::recovery_pid_is_sid) && !resumed) {
    recovery.pid = socket->id();
  }
  if (resumed && !active(Mutant::recovery_forgets_rooms)) {
    context.rooms = std::move(resumed->session.rooms);
  }
  if (resumed && !active(Mutant::recovery_replays_nothing)) {
    recovery.missed = std::move(resumed->missed);
  }
  if (active(Mutant::recovery_replay_reversed)) {
    std::reverse(recovery.missed.begin(), recovery.missed.end());
  }
  if (active(Mutant::recovery_of_the_living)) {
    factory_.lost(recovery.pid, {resumed ? resumed->session.sid : socket->id(), socket->nsp(), {}, recovery.since});
  }
  socket->identify(resumed ? resumed->session.sid : socket->id(), recovery.pid);
  reply(std::nullopt);
}

void EchoApplication::on_connected(const SocketPtr& socket) {
  EchoContext& context = context_of(*socket);
  Sockets& sockets = namespaces_[socket->nsp()];
  context.position = sockets.size();
  sockets.push_back(socket);
  if (context.recovery) {
    for (const NumberedFrame& one : std::exchange(context.recovery->missed, {})) {
      socket->emit(one.frame);
    }
  }
  emit(socket, "auth", {context.auth});
  context.auth = std::string{};
}

void EchoApplication::on_disconnect(const SocketPtr& socket, std::string_view reason) {
  questions_.forget_all_of(socket.get());
  EchoContext& context = context_of(*socket);
  const bool first = context.recovery && context.recovery->since == context.recovery->live_from;
  if (context.recovery && is_loss(reason) && (first || !active(Mutant::recovery_only_once))) {
    const EchoRecovery& recovery = *context.recovery;
    factory_.lost(recovery.pid, {socket->id(), socket->nsp(), context.rooms, recovery.since, recovery.before});
  }
  const auto found = namespaces_.find(socket->nsp());
  Sockets& sockets = found->second;
  const std::size_t position = context.position;
  context_of(*sockets.back()).position = position;
  std::swap(sockets[position], sockets.back());
  sockets.pop_back();
  if (sockets.empty()) {
    namespaces_.erase(found);
  }
  if (std::exchange(context.watches, false)) {
    factory_.watcher_left();
  }
  if (factory_.watched()) {
    tell_watchers(socket, reason);
  }
}

void EchoApplication::on_ack(const SocketPtr& socket, std::uint64_t id, std::string_view array) {
  if (active(Mutant::client_ack_truncated) && array.find(',') != std::string_view::npos) {
    questions_.answer(id, socket.get(), std::string(array.substr(0, array.find(','))) + "]");
    return;
  }
  questions_.answer(id, socket.get(), array);
}

// --- emitting ------------------------------------------------------------------------------------------------------

// With recovery all emits go through the queue of the shard, so that each socket sees them in the order of the log.
void EchoApplication::in_order(std::function<void()> task) {
  if (factory_.recovers()) {
    factory_.pool().post_to(shard_, std::move(task));
  } else {
    task();
  }
}

void EchoApplication::emit_in_order(const SocketPtr& socket, const socketio::FramePtr& frame) {
  if (factory_.recovers()) {
    factory_.pool().post_to(shard_, [socket, frame] { socket->emit(frame); });
  } else {
    socket->emit(frame);
  }
}

void EchoApplication::emit(const SocketPtr& socket, std::string_view name, const EchoArguments& args) {
  emit(socket, name, args, {});
}

void EchoApplication::emit(const SocketPtr& socket, std::string_view name, const EchoArguments& args,
                           const EventForm& form) {
  if (!factory_.recovers()) {
    socket->emit(event_frame(socket->nsp(), name, args, form));
    return;
  }
  const auto make = [&](const std::string& offset) {
    return event_frame(socket->nsp(), name, args, {.offset = offset, .packing = form.packing});
  };
  factory_.publish({socket->nsp(), {socket->id()}, {}}, make, socket, shard_);
}

void EchoApplication::emit_to(Audience audience, std::string_view name, const EchoArguments& args) {
  if (!factory_.recovers()) {
    const auto frame = event_frame(audience.nsp, name, args);
    factory_.broadcast(std::make_shared<const Audience>(std::move(audience)), frame);
    return;
  }
  const std::string nsp = audience.nsp;
  const auto make = [&](const std::string& offset) {
    return event_frame(nsp, name, args, {.offset = active(Mutant::broadcast_without_offset) ? "" : offset});
  };
  factory_.publish(std::move(audience), make, nullptr, shard_);
}

void EchoApplication::deliver(const Audience& audience, const socketio::FramePtr& frame, std::uint64_t number,
                              const std::shared_ptr<std::atomic<bool>>& once) {
  const auto found = namespaces_.find(audience.nsp);
  if (found == namespaces_.end()) {
    return;
  }
  const bool all = audience.to.empty() && audience.except.empty();
  for (const SocketPtr& socket : found->second) {
    const EchoContext& context = context_of(*socket);
    const bool fresh = !context.recovery || number > context.recovery->live_from;
    if (fresh && (all || reaches(audience, socket->id(), context.rooms))) {
      if (once && once->exchange(true)) {
        return;
      }
      socket->emit(frame);
      if (active(Mutant::room_member_twice) && audience.to.size() > 1) {
        socket->emit(frame);
      }
    }
  }
}

std::size_t EchoApplication::ask(const Audience& audience, const socketio::FramePtr& frame, std::uint64_t id,
                                 const Questions::Answered& answered) {
  const auto found = namespaces_.find(audience.nsp);
  std::size_t asked = 0;
  if (found == namespaces_.end()) {
    return asked;
  }
  for (const SocketPtr& socket : found->second) {
    if (!reaches(audience, socket->id(), context_of(*socket).rooms)) {
      continue;
    }
    ++asked;
    if (questions_.ask(id, socket.get(), answered)) {
      socket->emit(frame);
    } else {
      ++questions_refused_;
    }
  }
  return asked;
}

// A socket that leaves changes the list of its namespace.
void EchoApplication::kick(const Audience& audience, bool hard) {
  const auto found = namespaces_.find(audience.nsp);
  const Sockets sockets = found == namespaces_.end() ? Sockets{} : found->second;
  for (const SocketPtr& socket : sockets) {
    if (socket->connected() && reaches(audience, socket->id(), context_of(*socket).rooms)) {
      hard ? socket->disconnect_transport() : socket->disconnect();
    }
  }
}

// --- the rest ------------------------------------------------------------------------------------------------------

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
  for (const auto& [nsp, members] : namespaces_) {
    sockets += members.size();
  }
  const auto number = [](std::uint64_t value) {
    return static_cast<double>(value);
  };
  return {{"plumbline_echo_events_total", "Events received by the echo application.", true, number(events_)},
          {"plumbline_sockets", "Joined Socket.IO namespaces, all clients.", false, number(sockets)},
          {"plumbline_echo_namespaces", "Namespaces with members, per shard.", false, number(namespaces_.size())},
          {"plumbline_echo_questions", "Events that wait for a client's answer.", false, number(questions_.size())},
          {"plumbline_echo_questions_refused_total", "Not asked: too many waited.", true, number(questions_refused_)},
          {"plumbline_echo_volatile_dropped_total", "Volatile events dropped.", true, number(volatile_dropped_)}};
}

}  // namespace plumbline::serve
