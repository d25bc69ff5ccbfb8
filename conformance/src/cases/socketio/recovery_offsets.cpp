// Connection state recovery: the secret id of a session and the offsets of its events (socket.io-protocol v5).
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <set>

#include "cases/case_list.h"
#include "cases/socketio/recovery_steps.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

struct Asked {
  std::string packet;
  std::string reply;     // how the answer begins
  std::string expected;  // the array of the answer, without its offset
};

// The array ends with one more text, which this connection has not had before.
bool has_new_offset(std::string_view array, std::string_view expected, std::set<std::string>& seen) {
  const auto parsed = parse_json(array);
  if (!parsed || !parsed->is_array() || parsed->as_array().empty() || !parsed->as_array().back().is_string()) {
    return false;
  }
  boost::json::value got = *parsed;
  const std::string offset(got.as_array().back().get_string());
  got.as_array().pop_back();
  return got == parse_json(expected) && !offset.empty() && seen.insert(offset).second;
}

std::vector<Asked> recoverable_events(const Context& c) {
  std::vector<Asked> all{
      {R"(42["message"])", "42[", R"(["message-back"])"},
      {R"(42["message","x"])", "42[", R"(["message-back","x"])"},
      {R"(42["message","x","y"])", "42[", R"(["message-back","x","y"])"},
      {R"(42["message",1,null])", "42[", R"(["message-back",1,null])"},
      {R"(42["message",{"a":["b"]}])", "42[", R"(["message-back",{"a":["b"]}])"},
      {R"(451-["message",{"_placeholder":true,"num":0}])", "451-", R"(["message-back",{"_placeholder":true,"num":0}])"},
  };
  if (c.target.has("testapp.rooms")) {
    all.push_back({R"(42["room",{"to":"offset-room"},"x"])", "42[\"room", R"(["room","x"])"});
  }
  return all;
}

}  // namespace

Finding sio_re_02_a(Context& c) {
  constexpr std::size_t kSessions = 12;
  std::vector<Resumable> all(kSessions);
  std::set<std::string> ids;
  for (Resumable& one : all) {
    const Knock made = knock(c, one, "");
    one.ws = made.ws;
    one.sid = made.sid;
    one.pid = made.pid;
    if (one.sid.empty()) {
      return unmet("SIO-CO-01", "`40{...}` after CONNECT", heard(*one.ws, 0));
    }
    const bool derived = one.pid.find(one.sid) != std::string::npos || one.sid.find(one.pid) != std::string::npos;
    if (one.pid.empty() || derived) {
      return violated("sid and pid, and neither tells the other", heard(*one.ws, 1));
    }
    ids.insert({one.sid, one.pid, text_member(one.ws->messages()[0].payload, "sid")});
  }
  if (ids.size() != 3 * kSessions) {
    return violated("each sid, pid and engine sid is another text",
                    fmt::format("{} different texts of {}", ids.size(), 3 * kSessions));
  }
  const std::string together = all[0].room("all");
  for (Resumable& one : all) {
    (void)change_room(c, one, "join", together);
  }
  for (const Resumable& one : all) {
    emit(one, one, to(together), 1);
  }
  for (Resumable& one : all) {
    if (!settled(c, one)) {
      return unmet("SIO-EV-01", "an echo", heard(*one.ws, 1));
    }
  }
  for (const Resumable& one : all) {
    for (const Resumable& other : all) {
      const auto& messages = other.ws->messages();
      const auto shown = std::find_if(messages.begin(), messages.end(),
                                      [&](const WsMessage& m) { return m.payload.find(one.pid) != std::string::npos; });
      if (&one != &other && shown != messages.end()) {
        return witnessed("no other client sees the pid", brief(shown->payload));
      }
    }
  }
  return pass(fmt::format("{} sids and pids, all different; nobody sees the pid of another", kSessions));
}

Finding sio_re_03_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  if (c.target.has("testapp.rooms")) {
    ws->text(R"(42["join","offset-room"])");
  }
  std::set<std::string> offsets;
  const auto greeting = await(c, *ws, "42[\"auth\"", c.answer_bound());
  if (!greeting || !has_new_offset(std::string_view(greeting->payload).substr(2), R"(["auth",{}])", offsets)) {
    return violated(R"(`42["auth",{},"offset"]` on connect)", heard(*ws, 2));
  }
  for (const Asked& asked : recoverable_events(c)) {
    const std::size_t from = ws->messages().size();
    ws->text(asked.packet);
    if (asked.packet.starts_with("45")) {
      ws->binary("\x01\x02\x03");
    }
    const auto back = await(c, *ws, asked.reply, c.answer_bound());
    const std::string_view array = back ? std::string_view(back->payload) : std::string_view();
    if (!back || !has_new_offset(array.substr(array.find('[')), asked.expected, offsets)) {
      return violated(fmt::format("`{}` with a new offset at its end", asked.expected), heard(*ws, from));
    }
  }
  return pass(fmt::format("{} events, each with an offset of its own", offsets.size()));
}

Finding sio_re_03_b(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const std::size_t begin = ws->messages().size();
  ws->text(R"(427["message-with-ack","x"])");
  const auto ack = await(c, *ws, "437", c.answer_bound());
  if (!ack || !same_json(std::string_view(ack->payload).substr(3), R"(["x"])")) {
    return violated(R"(`437["x"]` without an offset)", heard(*ws, begin));
  }
  if (c.target.has("testapp.volatile")) {
    const auto back = volatile_echo(c, *ws, "x");
    if (!back) {
      return unclear("the volatile event was dropped each time");
    }
    if (!same_json(*back, R"(["volatile-back","x"])")) {
      return violated(R"(`42["volatile-back","x"]` without an offset)", *back);
    }
  }
  if (!c.target.has("testapp.ask")) {
    return c.target.has("testapp.volatile")
               ? pass("a volatile event and an acknowledgement, no offset")
               : not_applicable("a fixture that asks or is volatile (testapp.ask, testapp.volatile)");
  }
  const std::size_t from = ws->messages().size();
  ws->text(R"(42["ask","x"])");
  const auto question = [&] {
    return std::find_if(ws->messages().begin() + static_cast<std::ptrdiff_t>(from), ws->messages().end(),
                        [](const WsMessage& m) { return m.payload.find(R"(["question")") != std::string::npos; });
  };
  c.wire.until([&] { return question() != ws->messages().end() || ws->over(); }, c.answer_bound());
  const auto asked = question();
  const std::size_t array = asked == ws->messages().end() ? 0 : asked->payload.find('[');
  const bool right = array > 2 && same_json(std::string_view(asked->payload).substr(array), R"(["question","x"])");
  return right ? pass("a volatile event, a question and an acknowledgement, no offset")
               : violated(R"(`42<id>["question","x"]` without an offset)", heard(*ws, from));
}

}  // namespace plumbline::conform::cases
