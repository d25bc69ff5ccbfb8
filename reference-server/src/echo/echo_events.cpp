// What the fixture does with each event of a client.
#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "echo/arguments.h"
#include "echo/echo_application.h"
#include "echo/echo_context.h"
#include "mutant/mutant.h"

namespace plumbline::serve {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kAskFor{100};
constexpr std::int64_t kLongestAsk = 10'000;  // ms
constexpr std::size_t kMostRooms = 100;       // of one socket
constexpr std::size_t kKept = 2'000;          // bytes that a deliberate fault keeps of each question
constexpr std::string_view kWatchers = "watchers";
constexpr std::int64_t kMostFlood = 1'000;
constexpr std::int64_t kLargestFlood = 1'000'000;

// "a" or ["a","b"]; anything else names none.
Rooms rooms_in(const json::value* value) {
  Rooms rooms;
  if (value != nullptr && value->is_string()) {
    rooms.emplace_back(value->get_string().c_str());
  } else if (value != nullptr && value->is_array()) {
    for (const json::value& each : value->get_array()) {
      if (each.is_string()) {
        rooms.emplace_back(each.get_string().c_str());
      }
    }
  }
  return rooms;
}

struct Addressed {
  Audience audience;
  std::chrono::milliseconds timeout{kAskFor};
};

// {"to":rooms,"except":rooms,"others":true,"timeout":ms}
Addressed addressed(const Socket& socket, const json::array& arguments) {
  Addressed made{{socket.nsp(), {}, {}}};
  if (arguments.empty() || !arguments.front().is_object()) {
    return made;
  }
  const json::object& options = arguments.front().get_object();
  made.audience.to = rooms_in(options.if_contains("to"));
  if (!active(Mutant::room_except_ignored)) {
    made.audience.except = rooms_in(options.if_contains("except"));
  }
  const json::value* const others = options.if_contains("others");
  if (others != nullptr && others->is_bool() && others->get_bool() && !active(Mutant::room_with_sender)) {
    made.audience.except.push_back(socket.id());
  }
  const json::value* const timeout = options.if_contains("timeout");
  if (timeout != nullptr && timeout->is_int64()) {
    made.timeout = std::chrono::milliseconds{std::clamp<std::int64_t>(timeout->get_int64(), 0, kLongestAsk)};
  }
  return made;
}

}  // namespace

// One question to many, on the shard of the one who wants to know: complete when every shard and every other node has
// said how many it asked and all of them have answered. What is said over Redis may come before it is known how many
// will say something: counts may be negative until then.
struct EchoApplication::Inquiry {
  std::size_t shards;
  bool nodes_known{true};
  std::ptrdiff_t nodes{0};  // other ones
  std::ptrdiff_t missing{0};
  std::string answers{};
  bool done{false};
  std::function<void(const Inquiry&)> finish{};

  [[nodiscard]] bool whole() const { return shards == 0 && nodes_known && nodes == 0 && missing == 0; }
  void step() {
    if (!done && whole()) {
      done = true;
      finish(*this);
    }
  }
};

const std::unordered_map<std::string_view, EchoApplication::Handler>& EchoApplication::handlers() {
  static const std::unordered_map<std::string_view, Handler> all{
      {"message", &EchoApplication::on_message},   {"message-with-ack", &EchoApplication::on_message_with_ack},
      {"bcast", &EchoApplication::on_broadcast},   {"join", &EchoApplication::on_join},
      {"leave", &EchoApplication::on_leave},       {"room", &EchoApplication::on_room},
      {"ask", &EchoApplication::on_ask},           {"ask-all", &EchoApplication::on_ask_all},
      {"volatile", &EchoApplication::on_volatile}, {"plain", &EchoApplication::on_plain},
      {"kick", &EchoApplication::on_kick},         {"kick-hard", &EchoApplication::on_kick_hard},
      {"kick-all", &EchoApplication::on_kick_all}, {"refuse-me", &EchoApplication::on_refused},
      {"watch", &EchoApplication::on_watch},       {"flood", &EchoApplication::on_flood}};
  return all;
}

void EchoApplication::on_event(const SocketPtr& socket, const Event& event) {
  ++events_;
  const auto found = handlers().find(event.name);
  if (found != handlers().end()) {
    (this->*found->second)(socket, event);
  }
}

void EchoApplication::on_message(const SocketPtr& socket, const Event& event) {
  emit(socket, "message-back", arguments_of(event));
}

void EchoApplication::on_message_with_ack(const SocketPtr& socket, const Event& event) {
  if (event.ack_id) {
    emit_in_order(socket, ack_frame(socket->nsp(), event));
  }
}

void EchoApplication::on_broadcast(const SocketPtr& socket, const Event& event) {
  const bool skips = active(Mutant::bcast_without_sender);
  emit_to({socket->nsp(), {}, skips ? Rooms{socket->id()} : Rooms{}}, "bcast", arguments_of(event));
}

void EchoApplication::on_volatile(const SocketPtr& socket, const Event& event) {
  if (active(Mutant::volatile_has_offset)) {
    emit(socket, "volatile-back", arguments_of(event));
    return;
  }
  if (active(Mutant::volatile_ends_recovery)) {
    context_of(*socket).recovery.reset();
  }
  in_order([this, socket, frame = event_frame(socket->nsp(), "volatile-back", arguments_of(event))] {
    if (socket->writable() || active(Mutant::volatile_kept)) {
      socket->emit(frame);
    } else {
      ++volatile_dropped_;
    }
  });
}

void EchoApplication::on_plain(const SocketPtr& socket, const Event& event) {
  emit(socket, "plain-back", arguments_of(event), {.packing = socketio::Frame::Packing::never});
}

void EchoApplication::on_kick(const SocketPtr& socket, const Event&) {
  in_order([socket] { socket->disconnect(); });
}

void EchoApplication::on_kick_hard(const SocketPtr& socket, const Event&) {
  in_order([socket] { socket->disconnect_transport(); });
}

// {"to":rooms,"except":rooms,"hard":true}
void EchoApplication::on_kick_all(const SocketPtr& socket, const Event& event) {
  const json::array arguments = parsed_arguments(event);
  const json::object* const options = arguments.empty() ? nullptr : arguments.front().if_object();
  const json::value* const hard = options != nullptr ? options->if_contains("hard") : nullptr;
  factory_.kick(addressed(*socket, arguments).audience, hard != nullptr && hard->is_bool() && hard->get_bool());
}

// As a middleware for packets would: the application hears of an error instead of the event.
void EchoApplication::on_refused(const SocketPtr& socket, const Event& event) {
  if (active(Mutant::refused_packet_acked)) {
    on_message_with_ack(socket, event);
  }
  emit(socket, "packet-error", {R"("refused")"});
}

// --- disconnects ---------------------------------------------------------------------------------------------------

// The watchers of a namespace are a room.
void EchoApplication::on_watch(const SocketPtr& socket, const Event& event) {
  EchoContext& context = context_of(*socket);
  if (!std::exchange(context.watches, true)) {
    context.rooms.emplace_back(kWatchers);
    factory_.watcher_came();
  }
  if (event.ack_id) {
    emit_in_order(socket, socketio::make_ack(socket->nsp(), *event.ack_id, {}));
  }
}

void EchoApplication::tell_watchers(const SocketPtr& gone, std::string_view reason) {
  const std::string text =
      json::serialize(json::string_view(gone->id())) + ',' + json::serialize(json::string_view(reason));
  for (int times = active(Mutant::disconnect_told_twice) ? 2 : 1; times > 0; --times) {
    emit_to({gone->nsp(), {std::string(kWatchers)}, {}}, "disconnected", {text});
  }
}

// --- much at once --------------------------------------------------------------------------------------------------

struct EchoApplication::Flood {
  SocketPtr from;
  std::optional<std::uint64_t> ack_id;
  Audience audience;
  std::int64_t left;
  std::size_t size;
};

// {"to":rooms,"count":events,"size":bytes}, acknowledged when the last one has been emitted.
void EchoApplication::on_flood(const SocketPtr& socket, const Event& event) {
  const json::array arguments = parsed_arguments(event);
  const auto number = [&](std::string_view name, std::int64_t most) -> std::int64_t {
    const json::object* options = arguments.empty() ? nullptr : arguments.front().if_object();
    const json::value* value = options != nullptr ? options->if_contains(name) : nullptr;
    return value != nullptr && value->is_int64() ? std::clamp<std::int64_t>(value->get_int64(), 0, most) : 0;
  };
  const auto size = static_cast<std::size_t>(number("size", kLargestFlood));
  flood_on(std::make_shared<Flood>(
      Flood{socket, event.ack_id, addressed(*socket, arguments).audience, number("count", kMostFlood), size}));
}

// One event at a time, so that none waits in the fixture itself.
void EchoApplication::flood_on(const std::shared_ptr<Flood>& flood) {
  if (flood->left-- > 0) {
    const std::string text = '"' + std::string(flood->size, 'x') + '"';
    emit_to(flood->audience, "flood", {text});
    after(std::chrono::milliseconds{1}, [this, flood] { flood_on(flood); });
  } else if (flood->ack_id) {
    emit_in_order(flood->from, socketio::make_ack(flood->from->nsp(), *flood->ack_id, {}));
  }
}

// --- rooms ---------------------------------------------------------------------------------------------------------

void EchoApplication::tell_rooms(const SocketPtr& socket, const Event& event) {
  if (!event.ack_id) {
    return;
  }
  json::array names;
  for (const std::string& room : context_of(*socket).rooms) {
    names.emplace_back(room);
  }
  emit_in_order(socket, socketio::make_ack(socket->nsp(), *event.ack_id, json::serialize(names)));
}

void EchoApplication::on_join(const SocketPtr& socket, const Event& event) {
  Rooms& rooms = context_of(*socket).rooms;
  const json::array arguments = parsed_arguments(event);
  for (std::string& room : rooms_in(arguments.empty() ? nullptr : &arguments.front())) {
    if (rooms.size() < kMostRooms && std::find(rooms.begin(), rooms.end(), room) == rooms.end()) {
      rooms.push_back(std::move(room));
    }
  }
  tell_rooms(socket, event);
}

void EchoApplication::on_leave(const SocketPtr& socket, const Event& event) {
  const json::array arguments = parsed_arguments(event);
  for (const std::string& room : rooms_in(arguments.empty() ? nullptr : &arguments.front())) {
    if (!active(Mutant::room_leave_ignored)) {
      std::erase(context_of(*socket).rooms, room);
    }
  }
  tell_rooms(socket, event);
}

void EchoApplication::on_room(const SocketPtr& socket, const Event& event) {
  const json::array arguments = parsed_arguments(event);
  const std::string rest = joined(arguments, 1);
  emit_to(addressed(*socket, arguments).audience, "room", {rest, event.attachments});
}

// --- questions -----------------------------------------------------------------------------------------------------

void EchoApplication::on_ask(const SocketPtr& socket, const Event& event) {
  const std::uint64_t id = factory_.next_question();
  const auto answered = [this, socket](std::string_view array) {
    const std::string_view values = array.substr(1, array.size() - 2);
    emit(socket, "answer", {"null" + std::string(values.empty() ? "" : ",") + std::string(values)});
  };
  const auto timed_out = [this, socket] {
    emit(socket, "answer", {R"("timeout")"});
  };
  if (active(Mutant::questions_kept)) {
    kept_.emplace_back(kKept, 'q');
  }
  if (!questions_.ask(id, socket.get(), answered)) {
    ++questions_refused_;
    timed_out();
    return;
  }
  const EventForm form{.ack_id = id};
  emit_in_order(socket, event_frame(socket->nsp(), "question", arguments_of(event), form));
  if (active(Mutant::ask_never_ends)) {
    return;
  }
  after(kAskFor, [this, id, timed_out, socket, answered] {
    if (questions_.forget(id) > 0) {
      timed_out();
      if (active(Mutant::late_answer_heard)) {
        (void)questions_.ask(id, socket.get(), answered);
      }
    }
  });
}

void EchoApplication::on_ask_all(const SocketPtr& socket, const Event& event) {
  const std::uint64_t id = factory_.next_question();
  const json::array arguments = parsed_arguments(event);
  const Addressed who = addressed(*socket, arguments);
  const std::string rest = joined(arguments, 1);
  const auto frame = event_frame(socket->nsp(), "question", {rest, event.attachments}, {.ack_id = id});
  net::ShardPool& pool = factory_.pool();
  auto inquiry = std::make_shared<Inquiry>(Inquiry{pool.size()});
  inquiry->finish = [this, socket](const Inquiry& all) {
    emit(socket, "answers", {(all.whole() ? "null,[" : "\"timeout\",[") + all.answers + "]"});
  };
  const auto answered = [&pool, home = shard_, inquiry](std::string_view array) {
    pool.post_to(home, [inquiry, first = first_of(array)] {
      inquiry->answers += (inquiry->answers.empty() ? "" : ",") + first;
      --inquiry->missing;
      inquiry->step();
    });
  };
  for (std::size_t shard = 0; shard < pool.size(); ++shard) {
    pool.post_to(shard, [&pool, &there = factory_.at(shard), home = shard_, who, frame, id, answered, inquiry] {
      const std::size_t asked = there.ask(who.audience, frame, id, answered);
      pool.post_to(home, [inquiry, asked] {
        --inquiry->shards;
        inquiry->missing += static_cast<std::ptrdiff_t>(asked);
        inquiry->step();
      });
    });
  }
  if (factory_.cluster() != nullptr) {
    ask_other_nodes(inquiry, who.audience, frame, id, who.timeout);
  }
  after(who.timeout, [this, id, inquiry] {
    if (!active(Mutant::answers_never_partial) && !std::exchange(inquiry->done, true)) {
      inquiry->finish(*inquiry);
    }
    factory_.forget_question(id);
    if (factory_.cluster() != nullptr) {
      factory_.cluster()->forget(id);
    }
  });
}

void EchoApplication::ask_other_nodes(const std::shared_ptr<Inquiry>& inquiry, const Audience& audience,
                                      const socketio::FramePtr& frame, std::uint64_t id,
                                      std::chrono::milliseconds timeout) {
  inquiry->nodes_known = false;
  const auto at_home = [&pool = factory_.pool(), home = shard_](std::function<void()> task) {
    pool.post_to(home, std::move(task));
  };
  EchoCluster::Inquirer inquirer;
  inquirer.nodes = [inquiry, at_home](std::size_t nodes) {
    at_home([inquiry, nodes] {
      inquiry->nodes_known = true;
      inquiry->nodes += static_cast<std::ptrdiff_t>(nodes);
      inquiry->step();
    });
  };
  inquirer.asked = [inquiry, at_home](std::size_t sockets, bool whole) {
    at_home([inquiry, sockets, whole] {
      inquiry->missing += static_cast<std::ptrdiff_t>(sockets);
      inquiry->nodes -= whole ? 1 : 0;
      inquiry->step();
    });
  };
  inquirer.answered = [inquiry, at_home](const std::string& value) {
    at_home([inquiry, value] {
      inquiry->answers += (inquiry->answers.empty() ? "" : ",") + value;
      --inquiry->missing;
      inquiry->step();
    });
  };
  factory_.cluster()->ask(audience, frame, id, timeout, std::move(inquirer));
}

}  // namespace plumbline::serve
