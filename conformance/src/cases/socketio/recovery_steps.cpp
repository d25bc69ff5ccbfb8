#include "cases/socketio/recovery_steps.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "cases/steps.h"

namespace plumbline::conform {
namespace {

namespace json = boost::json;

std::string quoted(std::string_view text) {
  return json::serialize(json::string(text));
}

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : std::string();
}

// The array of an event without an id; none for any other packet.
std::optional<json::array> event_array(std::string_view packet, std::string_view nsp) {
  const bool binary = packet.starts_with("45");
  const std::size_t begin = binary ? packet.find('-') : 1;
  if ((!binary && !packet.starts_with("42")) || begin == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view rest = packet.substr(begin + 1);
  if (!nsp.empty()) {
    if (!rest.starts_with(nsp) || !rest.substr(nsp.size()).starts_with(',')) {
      return std::nullopt;
    }
    rest.remove_prefix(nsp.size() + 1);
  }
  const auto value = parse_json(rest);
  return value && value->is_array() ? std::optional(value->as_array()) : std::nullopt;
}

// "room 1": the name and what follows the mark, without the offset.
std::string mark_text(const json::array& event) {
  std::string text = text_of(event[0]);
  const bool offset = !text_of(event.back()).empty() && event.size() > 2;
  for (std::size_t i = 2; i + (offset ? 1 : 0) < event.size(); ++i) {
    text += " " + json::serialize(event[i]);
  }
  return offset ? text : text + " without an offset";
}

}  // namespace

std::string Resumable::head(std::string_view type) const {
  return nsp.empty() ? std::string(type) : fmt::format("{}{},", type, nsp);
}

std::string Resumable::room(std::string_view name) const {
  return fmt::format("{}-{}", name, sid);
}

std::string Resumable::claim() const {
  return fmt::format(R"({{"pid":{},"offset":{}}})", quoted(pid), quoted(offset));
}

Stop open_resumable(Context& c, Resumable& session, std::string_view nsp, std::string_view auth) {
  session.nsp = nsp;
  const Knock first = knock(c, session, auth);
  session.ws = first.ws;
  session.sid = first.sid;
  session.pid = first.pid;
  if (first.sid.empty() || first.pid.empty()) {
    return unmet("SIO-RE-02", "CONNECT is answered with sid and pid", heard(*first.ws, 0));
  }
  if (!echoes(c, session, "first") || session.offset.empty()) {
    return unmet("SIO-RE-03", "an echo that ends with an offset", heard(*first.ws, 1));
  }
  return std::nullopt;
}

Stop open_pair(Context& c, Resumable& sender, Resumable& session, std::string_view nsp) {
  if (auto stop = open_resumable(c, sender, nsp)) {
    return stop;
  }
  return open_resumable(c, session, nsp);
}

bool echoes(Context& c, Resumable& session, std::string_view word) {
  session.ws->text(fmt::format(R"({}["message","{}"])", session.head("42"), word));
  while (const auto back = await(c, *session.ws, session.head("42") + "[", c.answer_bound())) {
    const auto event = event_array(back->payload, session.nsp);
    if (event && event->size() == 3 && text_of(event->at(0)) == "message-back" && text_of(event->at(1)) == word) {
      session.offset = text_of(event->at(2));
      return true;
    }
  }
  return false;
}

std::optional<std::string> change_room(Context& c, Resumable& session, std::string_view verb, std::string_view room) {
  session.ws->text(fmt::format(R"({}7["{}",{}])", session.head("42"), verb, quoted(room)));
  const std::string head = session.head("43") + "7";
  const auto ack = await(c, *session.ws, head, c.answer_bound());
  return ack ? std::optional(ack->payload.substr(head.size())) : std::nullopt;
}

void emit(const Resumable& sender, const Resumable& run, std::string_view options, int n) {
  sender.ws->text(fmt::format(R"({}["room",{},{},{}])", sender.head("42"), options, quoted(run.sid), n));
}

std::string to(std::string_view room) {
  return fmt::format(R"({{"to":{}}})", quoted(room));
}

std::string_view own_namespace(const Context& c, std::string_view nsp) {
  return c.target.has("testapp.dynamic") ? nsp : std::string_view();
}

std::optional<std::string> volatile_echo(Context& c, WebSocket& ws, std::string_view word) {
  constexpr int kTries = 3;
  for (int i = 0; i < kTries; ++i) {
    ws.text(fmt::format(R"(42["volatile","{}"])", word));
    if (const auto back = await(c, ws, R"(42["volatile-back")", c.answer_bound())) {
      return back->payload.substr(2);
    }
  }
  return std::nullopt;
}

std::vector<std::string> marked(const WebSocket& ws, const Resumable& run) {
  std::vector<std::string> marks;
  bool attached = false;
  for (const WsMessage& message : ws.messages()) {
    if (message.binary) {
      if (attached) {
        marks.back() += ":" + message.payload;
      }
      continue;
    }
    const auto event = event_array(message.payload, run.nsp);
    const bool ours = event && event->size() > 1 && text_of(event->at(1)) == run.sid;
    attached = ours && message.payload.starts_with("45");
    if (ours) {
      marks.push_back(mark_text(*event));
    }
  }
  return marks;
}

std::string listed(const std::vector<std::string>& marks) {
  return marks.empty() ? "nothing" : fmt::format("{}", fmt::join(marks, ", "));
}

std::string offset_in(std::string_view packet) {
  const std::size_t begin = packet.find('[');
  const auto value = begin == std::string_view::npos ? std::nullopt : parse_json(packet.substr(begin));
  return value && value->is_array() && !value->as_array().empty() ? text_of(value->as_array().back()) : std::string();
}

Knock knock(Context& c, const Resumable& session, std::string_view auth) {
  Knock made;
  made.ws = &c.wire.web_socket(kWebSocketHandshake);
  if (expect_open_packet(c, *made.ws)) {
    return made;
  }
  made.ws->text(session.head("40") + std::string(auth));
  c.wire.until(
      [&] {
        return made.ws->over() || any_begins(*made.ws, 1, session.head("40") + "{") ||
               any_begins(*made.ws, 1, session.head("44"));
      },
      c.answer_bound());
  if (const auto reply = await(c, *made.ws, session.head("40") + "{", Duration::zero())) {
    made.sid = text_member(reply->payload, "sid");
    made.pid = text_member(reply->payload, "pid");
  }
  return made;
}

Duration unnoticed(const Context& c) {
  return c.target.timing.ping_interval + c.target.timing.ping_timeout;
}

Resumption resume(Context& c, Resumable& session, std::string_view auth) {
  const Time from = c.clock.now();
  const Duration bound = unnoticed(c) + c.slack_now(from);
  const std::string claim = auth.empty() ? session.claim() : std::string(auth);
  Resumption made;
  int knocks = 0;
  bool again = true;
  c.wire.pump_for(c.fast() / 5);
  while (again) {
    const Knock one = knock(c, session, claim);
    ++knocks;
    if (one.sid == session.sid && !one.sid.empty()) {
      session.ws = one.ws;
      made.resumed = one.pid == session.pid;
      made.observed = made.resumed ? fmt::format("resumed at attempt {}", knocks) : "the same sid with pid " + one.pid;
      return made;
    }
    made.observed = fmt::format("{} attempts in {}, none of them resumed; the last: {}", knocks,
                                ms_text(c.clock.now() - from), heard(*one.ws, 1));
    one.ws->hang_up();
    again = c.clock.now() - from < bound;
    if (again) {
      c.wire.pump_for(c.fast() / 2);
    }
  }
  return made;
}

bool settled(Context& c, Resumable& session) {
  const bool fenced = echoes(c, session, "fence");
  c.wire.pump_for(c.quiet());
  return fenced && !session.ws->over();
}

Stop lose_together(Context& c, std::vector<Resumable>& sessions, Resumable& sender) {
  for (const Resumable& one : sessions) {
    one.ws->abort();
  }
  for (const Resumable& one : sessions) {
    emit(sender, one, to(one.sid), 1);
  }
  if (!echoes(c, sender, "sent")) {
    return unmet("SIO-EV-01", "an echo for the sender", heard(*sender.ws, 1));
  }
  Resumable& last = sessions.back();
  const Resumption control = resume(c, last);
  if (!control.resumed || !settled(c, last) || marked(*last.ws, last) != std::vector<std::string>{"room 1"}) {
    return unmet("SIO-RE-04", "a session lost at the same time is resumed, and told what it missed",
                 fmt::format("{}; {}", control.observed, heard(*last.ws, 1)));
  }
  return std::nullopt;
}

Stop open_many(Context& c, std::vector<Resumable>& sessions, Resumable& sender, std::string_view nsp,
               std::string_view auth) {
  if (auto stop = open_resumable(c, sender, nsp, auth)) {
    return stop;
  }
  for (Resumable& one : sessions) {
    if (auto stop = open_resumable(c, one, nsp, auth)) {
      return stop;
    }
  }
  return std::nullopt;
}

Finding starts_anew(Context& c, const Resumable& run, std::string_view claim, std::string_view what) {
  const std::string expected = fmt::format("{}: a new session, to which nothing is replayed", what);
  Resumable fresh;
  fresh.nsp = run.nsp;
  const Knock one = knock(c, run, claim);
  fresh.ws = one.ws;
  if (one.sid.empty()) {
    return violated(expected, fmt::format("`{}`: {}", claim, heard(*one.ws, 1)));
  }
  if (one.sid == run.sid || one.pid == run.pid || one.pid.empty()) {
    return violated(expected, fmt::format("`{}`: sid {}, pid {} as before", claim, one.sid == run.sid ? "as" : "not as",
                                          one.pid == run.pid ? "as" : "not as"));
  }
  if (!settled(c, fresh)) {
    return violated(expected + ", and that works", fmt::format("`{}`: {}", claim, heard(*one.ws, 1)));
  }
  const auto replayed = marked(*one.ws, run);
  one.ws->hang_up();
  return replayed.empty() ? pass("a new session without replay")
                          : violated(expected, fmt::format("`{}`: replayed {}", claim, listed(replayed)));
}

}  // namespace plumbline::conform
