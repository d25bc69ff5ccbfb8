// Connection state recovery: what is replayed, and what is no resumption (socket.io-protocol v5).
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

#include "cases/case_list.h"
#include "cases/socketio/recovery_steps.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

using Marks = std::vector<std::string>;

// Everything of the run, and nothing else, on the connection that is there now.
Finding has_exactly(Context& c, Resumable& session, const Marks& expected) {
  const bool quiet = settled(c, session);
  const Marks got = marked(*session.ws, session);
  const std::string wanted = fmt::format("{}, in order and once each, and the connection lives on", listed(expected));
  return quiet && got == expected ? pass(fmt::format("the same sid and pid, and {}", listed(got)))
                                  : violated(wanted, fmt::format("{}; {}", listed(got), heard(*session.ws, 1)));
}

Finding not_resumed(const Resumption& made) {
  return violated("after the loss the same sid and pid again", made.observed);
}

Stop needs_echo(Context& c, Resumable& sender, std::string_view word) {
  if (!echoes(c, sender, word)) {
    return unmet("SIO-EV-01", "an echo for the sender", heard(*sender.ws, 1));
  }
  return std::nullopt;
}

// `[["a","b"]]` in any order.
bool same_rooms(std::string_view ack, std::vector<std::string> expected) {
  const auto value = parse_json(ack);
  if (!value || !value->is_array() || value->as_array().size() != 1 || !value->as_array()[0].is_array()) {
    return false;
  }
  std::vector<std::string> got;
  for (const auto& room : value->as_array()[0].as_array()) {
    got.emplace_back(room.is_string() ? std::string(room.get_string()) : std::string());
  }
  std::sort(got.begin(), got.end());
  std::sort(expected.begin(), expected.end());
  return got == expected;
}

// Sessions for that many claims of a lost session, and one more that shows how a good one is answered.
Finding none_is_resumed(Context& c, const std::vector<std::string>& claims, std::string_view what) {
  std::vector<Resumable> sessions(claims.size() + 1);
  Resumable sender;
  if (auto stop = open_many(c, sessions, sender)) {
    return *stop;
  }
  if (auto stop = lose_together(c, sessions, sender)) {
    return *stop;
  }
  for (std::size_t i = 0; i < claims.size(); ++i) {
    std::string claim = claims[i];
    for (const auto& [word, value] : {std::pair{"PID", sessions[i].pid}, std::pair{"OFFSET", sessions[i].offset}}) {
      if (const auto at = claim.find(word); at != std::string::npos) {
        claim.replace(at, std::string_view(word).size(), value);
      }
    }
    Finding one = starts_anew(c, sessions[i], claim, what);
    if (one.kind != Finding::Kind::took) {
      return one;
    }
  }
  return pass(fmt::format("{} of them, each a new session without replay", claims.size()));
}

}  // namespace

Finding sio_re_04_a(Context& c) {
  const std::string_view nsp = own_namespace(c, "/dynamic-4");
  Resumable session;
  Resumable sender;
  if (auto stop = open_resumable(c, session, nsp)) {
    return *stop;
  }
  if (auto stop = open_resumable(c, sender, nsp)) {
    return *stop;
  }
  const std::string red = session.room("red");
  const std::string blue = session.room("blue");
  const auto joined = change_room(c, session, "join", red);
  if (!joined || !same_rooms(*joined, {red})) {
    return unmet("SIO-AK-01", "the acknowledgement of `join`", heard(*session.ws, 2));
  }
  session.ws->hang_up();
  emit(sender, session, to(red), 1);
  emit(sender, session, to(session.sid), 2);
  emit(sender, session, "{}", 3);
  sender.ws->text(
      fmt::format(R"({}["room",{},"{}",{{"_placeholder":true,"num":0}}])", sender.head("451-"), to(red), session.sid));
  sender.ws->binary("bytes");
  if (auto stop = needs_echo(c, sender, "sent")) {
    return *stop;
  }
  const Resumption made = resume(c, session);
  if (!made.resumed) {
    return not_resumed(made);
  }
  emit(sender, session, to(red), 5);
  if (auto stop = needs_echo(c, sender, "live")) {
    return *stop;
  }
  Finding replayed =
      has_exactly(c, session, {"room 1", "room 2", "room 3", R"(room {"_placeholder":true,"num":0}:bytes)", "room 5"});
  const auto rooms = change_room(c, session, "join", blue);
  if (!rooms || !same_rooms(*rooms, {red, blue})) {
    return worst(std::move(replayed), violated("it is in its old room and the new one", rooms.value_or("no answer")));
  }
  return replayed;
}

Finding sio_re_04_b(Context& c) {
  Resumable session;
  Resumable sender;
  if (auto stop = open_pair(c, sender, session)) {
    return *stop;
  }
  const std::string last = session.offset;
  emit(sender, session, to(session.sid), 1);
  emit(sender, session, to(session.sid), 2);
  if (auto stop = needs_echo(c, sender, "sent")) {
    return *stop;
  }
  c.wire.until([&] { return marked(*session.ws, session).size() == 2; }, c.answer_bound());
  session.ws->abort();  // with both on the way, for all that the client says
  session.offset = last;
  emit(sender, session, to(session.sid), 3);
  if (auto stop = needs_echo(c, sender, "lost")) {
    return *stop;
  }
  const Resumption made = resume(c, session);
  return made.resumed ? has_exactly(c, session, {"room 1", "room 2", "room 3"}) : not_resumed(made);
}

Finding sio_re_04_c(Context& c) {
  Resumable session;
  Resumable sender;
  if (auto stop = open_pair(c, sender, session)) {
    return *stop;
  }
  session.ws->answer_pings(false);
  const Time silent = c.clock.now();
  c.wire.until([&] { return session.ws->over(); }, 2 * unnoticed(c) + c.slack_now(silent));
  if (!session.ws->over()) {
    return unmet("EIO-HB-03", "a silent client is closed", heard(*session.ws, 1));
  }
  emit(sender, session, to(session.sid), 1);
  if (auto stop = needs_echo(c, sender, "sent")) {
    return *stop;
  }
  const Resumption made = resume(c, session);
  return made.resumed ? has_exactly(c, session, {"room 1"}) : not_resumed(made);
}

Finding sio_re_05_a(Context& c) {
  const std::string_view nsp = own_namespace(c, "/dynamic-5");
  Resumable session;
  Resumable sender;
  Resumable elsewhere;
  if (auto stop = open_resumable(c, session, nsp)) {
    return *stop;
  }
  if (auto stop = open_resumable(c, sender, nsp)) {
    return *stop;
  }
  const std::string_view other = own_namespace(c, "/dynamic-51");
  if (auto stop = other.empty() ? Stop() : open_resumable(c, elsewhere, other)) {
    return *stop;
  }
  const std::string red = session.room("red");
  const std::string green = session.room("green");
  if (!change_room(c, session, "join", red) || !change_room(c, session, "join", green) ||
      !change_room(c, session, "leave", green)) {
    return unmet("SIO-AK-01", "the acknowledgements of `join` and `leave`", heard(*session.ws, 2));
  }
  session.ws->abort();
  emit(sender, session, to(red), 1);
  emit(sender, session, to(green), 901);                 // it left
  emit(sender, session, to(session.room("blue")), 902);  // it never joined
  emit(sender, session, to(sender.sid), 903);            // another socket
  emit(sender, session, fmt::format(R"({{"except":"{}"}})", red), 904);
  emit(sender, session, fmt::format(R"({{"to":"{}","except":"{}"}})", red, session.sid), 905);
  emit(sender, session, fmt::format(R"({{"to":["{}","{}"]}})", red, session.sid), 2);
  if (!other.empty()) {
    emit(elsewhere, session, "{}", 906);
    if (auto stop = needs_echo(c, elsewhere, "sent")) {
      return *stop;
    }
  }
  emit(sender, session, fmt::format(R"({{"except":"{}"}})", green), 3);
  if (auto stop = needs_echo(c, sender, "sent")) {
    return *stop;
  }
  const Resumption made = resume(c, session);
  if (!made.resumed) {
    return unmet("SIO-RE-04", "the session is resumed", made.observed);
  }
  return has_exactly(c, session, {"room 1", "room 2", "room 3"});
}

Finding sio_re_06_a(Context& c) {
  return none_is_resumed(c,
                         {R"({"pid":"no-such-pid","offset":"OFFSET"})", R"({"pid":"PIDx","offset":"OFFSET"})",
                          R"({"pid":"","offset":"OFFSET"})", R"({"pid":"PID","offset":"no-such-offset"})",
                          R"({"pid":"PID","offset":"OFFSETx"})", R"({"pid":"PID","offset":""})"},
                         "an unknown pid or offset");
}

Finding sio_re_06_b(Context& c) {
  return none_is_resumed(c,
                         {R"({"pid":5,"offset":"OFFSET"})", R"({"pid":["PID"],"offset":"OFFSET"})",
                          R"({"pid":{"pid":"PID"},"offset":"OFFSET"})", R"({"pid":"PID","offset":5})",
                          R"({"pid":"PID","offset":["OFFSET"]})", R"({"pid":"PID","offset":true})"},
                         "a pid or offset of another type");
}

Finding sio_re_07_a(Context& c) {
  std::vector<Resumable> sessions(2);
  Resumable sender;
  if (auto stop = open_many(c, sessions, sender)) {
    return *stop;
  }
  if (auto stop = lose_together(c, sessions, sender)) {
    return *stop;
  }
  Resumable& session = sessions[0];
  const Knock one = knock(c, session, fmt::format(R"({{"pid":"{}"}})", session.pid));
  const bool resumed = one.sid == session.sid && one.pid == session.pid;
  if (one.sid.empty() || (!resumed && (one.sid == session.sid || one.pid == session.pid))) {
    return violated("the same sid and pid, or new ones", heard(*one.ws, 1));
  }
  Resumable now = session;
  now.ws = one.ws;
  if (!settled(c, now)) {
    return violated("a session that works", heard(*one.ws, 1));
  }
  const Marks got = marked(*one.ws, session);
  if (!resumed && got.empty()) {
    return took("new-session", "a new session without replay");
  }
  return resumed && got == Marks{"room 1"} ? pass("the same sid and pid, and what was missed")
                                           : violated("resumed with what was missed", listed(got));
}

}  // namespace plumbline::conform::cases
