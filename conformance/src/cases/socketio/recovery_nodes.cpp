// Connection state recovery on another node than the one that the connection was lost on.
#include <fmt/format.h>

#include "cases/case_list.h"
#include "cases/cluster/several.h"
#include "cases/socketio/recovery_steps.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

using RoomMarks = std::vector<std::string>;

// A session, and one on each node that emits to its room, is in it and so tells when something has got there.
struct AcrossNodes {
  Resumable session;
  Resumable sides[2];
  std::string red;
};

Stop open_across(Context& c, AcrossNodes& across, std::string_view nsp) {
  if (auto stop = needs_nodes(c)) {
    return stop;
  }
  Stop stop = open_resumable(c, across.session, nsp);
  for (const std::size_t node : {kHere, kThere}) {
    c.wire.to_node(node);
    stop = stop ? stop : open_resumable(c, across.sides[node], nsp);
  }
  c.wire.to_node(kHere);
  if (stop) {
    return stop;
  }
  across.red = across.session.room("red");
  for (Resumable* one : {&across.session, &across.sides[kHere], &across.sides[kThere]}) {
    if (!change_room(c, *one, "join", across.red)) {
      return unmet("SIO-AK-01", "the acknowledgement of `join`", heard(*one->ws, 2));
    }
  }
  return std::nullopt;
}

// From one node to the room, until both have it.
Stop mark_room(Context& c, AcrossNodes& across, std::size_t from, int n) {
  emit(across.sides[from], across.session, to(across.red), n);
  const std::string mark = fmt::format("room {}", n);
  const auto has = [&](const Resumable& one) {
    const RoomMarks all = marked(*one.ws, across.session);
    return !all.empty() && all.back() == mark;
  };
  c.wire.until([&] { return has(across.sides[kHere]) && has(across.sides[kThere]); }, c.answer_bound());
  if (!has(across.sides[kHere]) || !has(across.sides[kThere])) {
    return unmet("CLU-01", "a room reaches both nodes", heard(*across.sides[1 - from].ws, 1));
  }
  return std::nullopt;
}

Resumption resume_at(Context& c, std::size_t node, Resumable& session) {
  c.wire.to_node(node);
  Resumption made = resume(c, session);
  c.wire.to_node(kHere);
  return made;
}

Finding has_marks(Context& c, Resumable& session, const RoomMarks& expected) {
  const bool quiet = settled(c, session);
  const RoomMarks got = marked(*session.ws, session);
  return quiet && got == expected
             ? pass(fmt::format("the same sid and pid, and {}", listed(got)))
             : violated(fmt::format("{}, in order and once each, and the connection lives on", listed(expected)),
                        fmt::format("{}; {}", listed(got), heard(*session.ws, 1)));
}

Finding not_resumed_there(const Resumption& made) {
  return violated("on the other node the same sid and pid again", made.observed);
}

}  // namespace

Finding sio_re_16_a(Context& c) {
  AcrossNodes across;
  if (auto stop = open_across(c, across, own_namespace(c, "/dynamic-16"))) {
    return *stop;
  }
  across.session.ws->abort();
  if (auto stop = mark_room(c, across, kThere, 1)) {
    return *stop;
  }
  emit(across.sides[kHere], across.session, to(across.session.sid), 2);
  emit(across.sides[kHere], across.session, fmt::format(R"({{"except":"{}"}})", across.red), 901);  // not for it
  if (auto stop = mark_room(c, across, kHere, 3)) {
    return *stop;
  }
  const Resumption made = resume_at(c, kThere, across.session);
  if (!made.resumed) {
    return not_resumed_there(made);
  }
  if (auto stop = mark_room(c, across, kHere, 4)) {
    return *stop;
  }
  c.wire.until([&] { return marked(*across.session.ws, across.session).size() >= 4; }, c.answer_bound());
  return has_marks(c, across.session, {"room 1", "room 2", "room 3", "room 4"});
}

Finding sio_re_16_b(Context& c) {
  AcrossNodes across;
  if (auto stop = open_across(c, across, own_namespace(c, "/dynamic-161"))) {
    return *stop;
  }
  across.session.ws->hang_up();
  if (auto stop = mark_room(c, across, kHere, 1)) {
    return *stop;
  }
  const Resumption away = resume_at(c, kThere, across.session);
  if (!away.resumed) {
    return not_resumed_there(away);
  }
  Finding found = has_marks(c, across.session, {"room 1"});
  if (found.kind != Finding::Kind::took) {
    return found;
  }
  across.session.ws->abort();
  if (auto stop = mark_room(c, across, kHere, 2)) {
    return *stop;
  }
  if (auto stop = mark_room(c, across, kThere, 3)) {
    return *stop;
  }
  const Resumption back = resume_at(c, kHere, across.session);
  return back.resumed ? has_marks(c, across.session, {"room 2", "room 3"}) : not_resumed_there(back);
}

}  // namespace plumbline::conform::cases
