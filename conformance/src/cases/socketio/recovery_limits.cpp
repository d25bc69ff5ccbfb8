// Connection state recovery: until when, how often and by whom a session can be resumed (socket.io-protocol v5).
#include <fmt/format.h>

#include <algorithm>

#include "cases/case_list.h"
#include "cases/socketio/recovery_steps.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

using Marks = std::vector<std::string>;

constexpr std::string_view kWindowNeeded =
    "a target file that declares timing.recovery_window_ms (from 1000 to 5000, and above the ping timers)";

Stop needs_window(const Context& c, Duration& window) {
  window = c.target.timing.recovery_window.value_or(Duration::zero());
  if (window < std::chrono::seconds{1} || window > std::chrono::seconds{5} || window < unnoticed(c)) {
    return not_applicable(std::string(kWindowNeeded));
  }
  return std::nullopt;
}

Stop sent(Context& c, Resumable& sender) {
  if (!echoes(c, sender, "sent")) {
    return unmet("SIO-EV-01", "an echo for the sender", heard(*sender.ws, 1));
  }
  return std::nullopt;
}

bool hears(const Resumable& session, std::string_view text) {
  const auto& messages = session.ws->messages();
  return std::any_of(messages.begin(), messages.end(),
                     [text](const WsMessage& m) { return m.payload.find(text) != std::string::npos; });
}

// What was lost must not come back, although another session that was lost with it does.
Finding ended_stays_ended(Context& c, std::vector<Resumable>& sessions, Resumable& sender, std::string_view what) {
  if (auto stop = lose_together(c, sessions, sender)) {
    return *stop;
  }
  return starts_anew(c, sessions[0], sessions[0].claim(), what);
}

// Lost, missed one event, resumed: that event came, once.
Finding one_round(Context& c, Resumable& session, Resumable& sender, int n) {
  session.ws->hang_up();
  emit(sender, session, to(session.sid), n);
  if (auto stop = sent(c, sender)) {
    return *stop;
  }
  const Resumption made = resume(c, session);
  const bool quiet = made.resumed && settled(c, session);
  const Marks got = marked(*session.ws, session);
  return quiet && got == Marks{fmt::format("room {}", n)}
             ? pass("resumed, with what was missed")
             : violated(fmt::format("loss {}: the same sid and pid, and the one event that was missed", n),
                        fmt::format("{}; {}", made.observed, listed(got)));
}

// The last offset that came on this connection.
std::string newest_offset(const Resumable& session) {
  std::string newest;
  for (const WsMessage& message : session.ws->messages()) {
    if (!message.binary && message.payload.starts_with(session.head("42") + "[")) {
      newest = offset_in(message.payload);
    }
  }
  return newest;
}

}  // namespace

Finding sio_re_08_a(Context& c) {
  std::vector<Resumable> sessions(2);
  Resumable sender;
  if (auto stop = open_many(c, sessions, sender)) {
    return *stop;
  }
  sessions[0].ws->text("41");
  return ended_stays_ended(c, sessions, sender, "after `41` of the client");
}

Finding sio_re_08_b(Context& c) {
  if (!c.target.has("testapp.kick")) {
    return not_applicable("a fixture that disconnects (capability testapp.kick)");
  }
  std::vector<Resumable> sessions(2);
  Resumable sender;
  if (auto stop = open_many(c, sessions, sender)) {
    return *stop;
  }
  sessions[0].ws->text(R"(42["kick"])");
  if (!await(c, *sessions[0].ws, "41", c.answer_bound())) {
    return unmet("SIO-DI-06", "`41` of the server", heard(*sessions[0].ws, 2));
  }
  return ended_stays_ended(c, sessions, sender, "after `41` of the server");
}

Finding sio_re_08_c(Context& c) {
  Resumable session;
  if (auto stop = open_resumable(c, session)) {
    return *stop;
  }
  const std::size_t from = session.ws->messages().size();
  session.ws->text("41");
  c.wire.pump_for(c.fast() / 2);  // an application may hear of it later than of the next packet
  session.ws->text("40" + session.claim());
  const auto reply = await(c, *session.ws, "40{", c.answer_bound());
  if (!reply) {
    return unmet("SIO-DI-04", "a namespace can be joined again", heard(*session.ws, from));
  }
  const bool anew =
      text_member(reply->payload, "sid") != session.sid && text_member(reply->payload, "pid") != session.pid;
  return anew ? pass("another sid and pid on the same connection")
              : violated("after `41` of the client: a new session", brief(reply->payload));
}

Finding sio_re_09_a(Context& c) {
  Duration window{};
  if (auto stop = needs_window(c, window)) {
    return *stop;
  }
  std::vector<Resumable> sessions(2);
  Resumable sender;
  if (auto stop = open_many(c, sessions, sender)) {
    return *stop;
  }
  const Time lost = c.clock.now();
  for (const Resumable& one : sessions) {
    one.ws->abort();
  }
  emit(sender, sessions[0], to(sessions[0].sid), 1);
  if (auto stop = sent(c, sender)) {
    return *stop;
  }
  c.wire.pump_for(lost + window * 3 / 4 - c.clock.now());
  const Knock in_time = knock(c, sessions[1], sessions[1].claim());
  const Duration after = c.clock.now() - lost;
  if (in_time.sid != sessions[1].sid) {
    return after < window * 9 / 10
               ? violated(fmt::format("resumed {} after the loss, as {} are declared", ms_text(after), ms_text(window)),
                          heard(*in_time.ws, 1))
               : unclear(fmt::format("the resumption in time took until {} after the loss", ms_text(after)));
  }
  // The absence began when the server noticed it, at the latest with its heartbeat.
  c.wire.pump_for(lost + window + unnoticed(c) + c.slack_now(lost) - c.clock.now());
  Finding late =
      starts_anew(c, sessions[0], sessions[0].claim(),
                  fmt::format("{} after the loss, as {} are declared", ms_text(c.clock.now() - lost), ms_text(window)));
  if (late.kind == Finding::Kind::took) {
    late.observed = fmt::format("resumed {} after the loss, a new session {} after it", ms_text(after),
                                ms_text(c.clock.now() - lost));
  }
  return late;
}

Finding sio_re_10_a(Context& c) {
  Resumable session;
  Resumable sender;
  if (auto stop = open_pair(c, sender, session)) {
    return *stop;
  }
  const std::string last = session.claim();
  emit(sender, session, to(session.sid), 1);
  if (auto stop = sent(c, sender)) {
    return *stop;
  }
  Finding other = starts_anew(c, session, last, "the pid of a live session");
  if (other.kind != Finding::Kind::took) {
    return other;
  }
  emit(sender, session, to(session.sid), 2);
  const bool lives = !sent(c, sender) && settled(c, session);
  const Marks got = marked(*session.ws, session);
  if (!lives || got != Marks{"room 1", "room 2"} || any_begins(*session.ws, 1, "41")) {
    return violated("the live session is undisturbed: room 1, room 2 and an echo", heard(*session.ws, 2));
  }
  session.ws->hang_up();
  const Resumption made = resume(c, session);
  return made.resumed ? pass("a new session; the live one went on, and could be resumed after its loss")
                      : violated("the live session can be resumed after its loss", made.observed);
}

Finding sio_re_11_a(Context& c) {
  Resumable session;
  Resumable sender;
  if (auto stop = open_pair(c, sender, session)) {
    return *stop;
  }
  const std::string claim = session.claim();
  session.ws->hang_up();
  emit(sender, session, to(session.sid), 1);
  if (auto stop = sent(c, sender)) {
    return *stop;
  }
  const Resumption made = resume(c, session);
  if (!made.resumed) {
    return unmet("SIO-RE-04", "the session is resumed", made.observed);
  }
  const Knock second = knock(c, session, claim);
  if (second.sid == session.sid) {
    return took("twice", "two clients hold sid " + session.sid);
  }
  return starts_anew(c, session, claim, "the second use of a pid");
}

Finding sio_re_12_a(Context& c) {
  const std::string_view nsp = own_namespace(c, "/dynamic-121");
  Resumable session;
  Resumable sender;
  if (auto stop = open_pair(c, sender, session, nsp)) {
    return *stop;
  }
  constexpr int kLosses = 4;
  for (int n = 1; n <= kLosses; ++n) {
    Finding round = one_round(c, session, sender, n);
    if (round.kind != Finding::Kind::took) {
      return round;
    }
  }
  return pass(fmt::format("resumed after each of {} losses", kLosses));
}

// The old connection is silent and stays open, so that only the heartbeat can tell that it is lost.
Finding sio_re_12_b(Context& c) {
  const std::string_view nsp = own_namespace(c, "/dynamic-122");
  Resumable session;
  Resumable sender;
  if (auto stop = open_pair(c, sender, session, nsp)) {
    return *stop;
  }
  if (Finding round = one_round(c, session, sender, 1); round.kind != Finding::Kind::took) {
    return round;
  }
  WebSocket& old = *session.ws;
  old.answer_pings(false);
  const Time silent = c.clock.now();
  const Knock early = knock(c, session, session.claim());  // too early, perhaps: then this is a new session
  const bool at_once = early.sid == session.sid;
  c.wire.until([&] { return old.over(); }, 2 * unnoticed(c) + c.slack_now(silent));
  if (!old.over()) {
    return unmet("EIO-HB-03", "a silent client is closed", old.how_it_ended());
  }
  if (at_once) {
    session.ws = early.ws;
  } else if (const Resumption made = resume(c, session); !made.resumed) {
    return violated("resumed once the loss has been noticed", made.observed);
  }
  emit(sender, session, to(session.sid), 2);
  if (auto stop = sent(c, sender)) {
    return *stop;
  }
  const bool lives = settled(c, session);
  const Marks got = marked(*session.ws, session);
  return lives && got == Marks{"room 2"}
             ? pass(at_once ? "resumed at once, and it outlives the old connection" : "resumed once it was noticed")
             : violated("the resumed session gets room 2 and an echo after the old connection timed out",
                        fmt::format("resumed {}; {}", at_once ? "at once" : "later", heard(*session.ws, 1)));
}

Finding sio_re_13_a(Context& c) {
  Resumable session;
  Resumable sender;
  if (auto stop = open_pair(c, sender, session)) {
    return *stop;
  }
  const std::string older = session.offset;
  if (!echoes(c, session, "second")) {
    return unmet("SIO-EV-01", "an echo", heard(*session.ws, 2));
  }
  for (const std::string& text : {std::string("plain-text"), older}) {
    const auto back = volatile_echo(c, *session.ws, text);
    if (!back) {
      return unclear("the volatile event was dropped each time");
    }
    const std::string expected = fmt::format(R"(["volatile-back","{}"])", text);
    if (!same_json(*back, expected)) {
      return violated(expected + " as it was sent", heard(*session.ws, 3));
    }
  }
  session.ws->hang_up();
  emit(sender, session, to(session.sid), 1);
  if (auto stop = sent(c, sender)) {
    return *stop;
  }
  const Resumption made = resume(c, session);
  const std::string expected = "resumed from the last offset: only room 1 was missed";
  if (!made.resumed) {
    return violated(expected, made.observed);
  }
  const bool lives = settled(c, session);
  const bool right = lives && marked(*session.ws, session) == Marks{"room 1"} && !hears(session, "volatile-back") &&
                     !hears(session, "\"second\"");
  return right ? pass("resumed; only what was missed came") : violated(expected, heard(*session.ws, 1));
}

Finding sio_re_14_a(Context& c) {
  Duration window{};
  if (auto stop = needs_window(c, window)) {
    return *stop;
  }
  // Alone in a namespace nothing comes but what the case sends.
  const std::string_view nsp = own_namespace(c, "/dynamic-14");
  Resumable session;
  Resumable sender;
  if (auto stop = open_pair(c, sender, session, nsp)) {
    return *stop;
  }
  const Time quiet = c.clock.now();
  c.wire.pump_for(window + unnoticed(c) + c.slack_now(quiet));
  if (session.ws->over()) {
    return unmet("EIO-HB-01", "a connection that answers pings lives on", session.ws->how_it_ended());
  }
  emit(sender, session, R"({"to":"nobody-is-here"})", 901);  // a server that forgets does it now at the latest
  session.offset = newest_offset(session);
  session.ws->hang_up();
  emit(sender, session, to(session.sid), 1);
  if (auto stop = sent(c, sender)) {
    return *stop;
  }
  const std::string seen = fmt::format("its last offset was {} old", ms_text(c.clock.now() - quiet));
  const Resumption made = resume(c, session);
  const bool lives = made.resumed && settled(c, session);
  const Marks got = marked(*session.ws, session);
  return lives && got == Marks{"room 1"}
             ? pass("resumed with what was missed; " + seen)
             : violated("resumed with what was missed; " + seen, fmt::format("{}; {}", made.observed, listed(got)));
}

Finding sio_re_15_a(Context& c) {
  constexpr std::string_view kAllowed = R"({"allow":true})";
  std::vector<Resumable> sessions(2);
  Resumable sender;
  if (auto stop = open_many(c, sessions, sender, "/deny", kAllowed)) {
    return *stop;
  }
  for (const Resumable& one : sessions) {
    one.ws->abort();
    emit(sender, one, to(one.sid), 1);
  }
  if (auto stop = sent(c, sender)) {
    return *stop;
  }
  Resumable& control = sessions[1];
  std::string allowed = control.claim();
  allowed.insert(1, R"("allow":true,)");
  const Resumption made = resume(c, control, allowed);
  if (!made.resumed || !settled(c, control) || marked(*control.ws, control) != Marks{"room 1"}) {
    return unmet("SIO-RE-04", "a client that is let in again is resumed", made.observed);
  }
  Resumable& denied = sessions[0];
  const Knock refused = knock(c, denied, denied.claim());
  Resumable beside;  // the connection is still there, and ordered
  beside.ws = refused.ws;
  refused.ws->text("40");
  if (!await(c, *refused.ws, "40{", c.answer_bound()) || !settled(c, beside)) {
    return violated("the connection can join elsewhere", heard(*refused.ws, 1));
  }
  if (!refused.sid.empty() || !any_begins(*refused.ws, 1, "44/deny,{")) {
    return violated("`44/deny,{...}`, and no resumption", heard(*refused.ws, 1));
  }
  return hears(beside, "42/deny,") ? took("replayed", heard(*refused.ws, 1))
                                   : pass("refused, and nothing was replayed; let in again, another was resumed");
}

}  // namespace plumbline::conform::cases
