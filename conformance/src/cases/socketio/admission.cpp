// Whom the application lets in: refusals and their reasons, slow decisions, steps, namespaces made on demand
// (socket.io-protocol v5, Connection to a namespace). Through /deny, /slow, /steps and /dynamic-* of the test
// application; /slow decides after 100 ms.
#include <fmt/format.h>

#include <boost/json/object.hpp>

#include "cases/application.h"
#include "cases/case_list.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

constexpr Duration kSlow = std::chrono::milliseconds{100};

// The object of `44<nsp>,{...}` in answer to this CONNECT; nullopt when something else or nothing comes.
std::optional<boost::json::object> refusal(Context& c, WebSocket& ws, std::string_view nsp, std::string_view auth) {
  ws.text(fmt::format("40{},{}", nsp, auth));
  const std::string start = fmt::format("44{},", nsp);
  const auto answer = await(c, ws, start, c.answer_bound());
  if (!answer) {
    return std::nullopt;
  }
  const auto value = parse_json(std::string_view(answer->payload).substr(start.size()));
  return value && value->is_object() ? std::optional(value->get_object()) : std::nullopt;
}

bool holds(const boost::json::object& object, std::string_view key, std::string_view json) {
  const boost::json::value* const member = object.if_contains(key);
  const auto wanted = parse_json(json);
  return member != nullptr && wanted && *member == *wanted;
}

Finding denied(Context& c, WebSocket& ws, std::string_view auth) {
  const std::size_t from = ws.messages().size();
  const auto why = refusal(c, ws, "/deny", auth);
  const std::string data = fmt::format(R"({{"code":"DENIED","auth":{}}})", auth.empty() ? "{}" : auth);
  return why && holds(*why, "message", R"("denied")") && holds(*why, "data", data)
             ? pass(heard(ws, from))
             : violated(fmt::format(R"(`44/deny,{{"message":"denied","data":{}}}` after `40/deny,{}`)", data, auth),
                        heard(ws, from));
}

Finding admitted(Context& c, WebSocket& ws, std::string_view nsp, std::string_view auth) {
  const std::size_t from = ws.messages().size();
  ws.text(fmt::format("40{},{}", nsp, auth));
  const bool joined = await(c, ws, fmt::format("40{},{{", nsp), c.answer_bound()).has_value();
  return joined && echoes_in(c, ws, nsp, "inside")
             ? pass(fmt::format("`40{},{}` admitted", nsp, auth))
             : violated(fmt::format("`40{},{}` is admitted and the namespace echoes", nsp, auth), heard(ws, from));
}

// The steps that were taken, as the refusal tells them.
Finding stopped_at(Context& c, WebSocket& ws, std::string_view step, std::string_view steps) {
  const std::size_t from = ws.messages().size();
  const auto why = refusal(c, ws, "/steps", fmt::format(R"({{"fail":"{}"}})", step));
  const bool right = why && holds(*why, "message", fmt::format(R"("{} step refuses")", step)) &&
                     holds(*why, "data", fmt::format(R"({{"steps":{}}})", steps));
  return right ? pass(heard(ws, from))
               : violated(fmt::format("refused by the {} step, after the steps {}", step, steps), heard(ws, from));
}

// Joins /slow as any client does, and nothing else; the decision takes its time.
Stop open_slow(Context& c, WebSocket*& opened, Finding& in_time) {
  opened = &c.wire.web_socket(kWebSocketHandshake);
  WebSocket& ws = *opened;
  if (auto stop = expect_open_packet(c, ws)) {
    return stop;
  }
  const Time sent = c.clock.now();
  const std::size_t from = ws.messages().size();
  ws.text("40/slow,");
  const auto reply = await(c, ws, "40/slow,{", c.answer_bound());
  if (!reply) {
    return unmet("SIO-CO-03", "`40/slow,{...}`", heard(ws, from));
  }
  const std::string seen = fmt::format("admitted after {}", ms_text(reply->at - sent));
  in_time = judge_both_sides(c.place_span(sent, reply->at, {kSlow * 4 / 5, Duration::max() / 4}),
                             "not admitted before the application has decided, after " + ms_text(kSlow), seen);
  return std::nullopt;
}

// When the answer of this connection to its CONNECT came, and when its first event.
struct Admitted {
  std::optional<Time> answer;
  std::optional<Time> event;
  bool event_first{false};
};
Admitted admission_of(const WebSocket& ws, std::size_t from) {
  Admitted admitted;
  for (std::size_t i = from; i < ws.messages().size(); ++i) {
    const WsMessage& message = ws.messages()[i];
    if (message.payload.starts_with("40/slow,{") && !admitted.answer) {
      admitted.answer = message.at;
    } else if (message.payload.starts_with(R"(42/slow,["message-back")") && !admitted.event) {
      admitted.event = message.at;
      admitted.event_first = !admitted.answer;
    }
  }
  return admitted;
}

// Whether the broadcast of the one who waits came before it was admitted, or although it never was. Both are seen on
// two connections, so that their order counts only where it is clear.
Finding heard_too_early(Context& c, const WebSocket& witness, std::size_t from, const Admitted& waiting) {
  for (std::size_t i = from; i < witness.messages().size(); ++i) {
    const WsMessage& message = witness.messages()[i];
    if (!says(message, "/slow", R"(["bcast","early"])")) {
      continue;
    }
    if (!waiting.answer) {
      return violated("no event of a client that was never admitted reaches the application", brief(message.payload));
    }
    if (message.at < *waiting.answer) {
      const std::string seen =
          fmt::format("it broadcast {} before it was admitted", ms_text(*waiting.answer - message.at));
      return judge_both_sides(c.place_span(message.at, *waiting.answer, {Duration::zero(), kSlow / 4}),
                              "no event reaches the application before the client is admitted", seen);
    }
  }
  return pass(waiting.answer ? "queued until it was admitted" : "closed");
}

// Asks in /slow, in a room or everybody (""), and answers itself: is it the only one who is asked?
bool alone_in_slow(Context& c, WebSocket& ws, std::string_view room) {
  const std::string to = room.empty() ? std::string("{}") : fmt::format(R"({{"to":"{}"}})", room);
  ws.text(fmt::format(R"(42/slow,["ask-all",{},"who"])", to));
  while (const auto message = await(c, ws, "42/slow,", c.answer_bound())) {
    const std::string_view rest = std::string_view(message->payload).substr(8);
    const std::size_t bracket = rest.find('[');
    if (bracket != std::string_view::npos && same_json(rest.substr(bracket), R"(["question","who"])")) {
      ws.text(fmt::format(R"(43/slow,{}["me"])", rest.substr(0, bracket)));
    } else if (rest.starts_with(R"(["answers")")) {
      return says(*message, "/slow", R"(["answers",null,["me"]])");
    }
  }
  return false;
}

}  // namespace

Finding sio_co_15_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  if (!echoes(c, *ws, "ready")) {
    return unmet("SIO-EV-01", "an echo", heard(*ws, 1));
  }
  Finding found = denied(c, *ws, R"({"why":[1,"\u00e9"]})");
  if (found.kind != Finding::Kind::took) {
    return found;
  }
  return worst(std::move(found), admitted(c, *ws, "/deny", R"({"allow":true})"));
}

Finding sio_co_15_b(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  if (!echoes(c, *ws, "ready")) {
    return unmet("SIO-EV-01", "an echo", heard(*ws, 1));
  }
  Finding found = admitted(c, *ws, "/deny", R"({"allow":true})");
  if (found.kind != Finding::Kind::took) {
    return found;
  }
  // Let in once is not let in for ever, and what comes close to the right word is not the right word.
  ws->text("41/deny,");
  if (!echoes(c, *ws, "left")) {
    return unmet("SIO-DI-02", "an echo in the main namespace after `41/deny,`", heard(*ws, 1));
  }
  for (const std::string_view auth : {"", R"({"allow":"true"})", R"({"allow":false})"}) {
    found = worst(std::move(found), denied(c, *ws, auth));
  }
  const std::size_t from = ws->messages().size();
  ws->text(R"(42/deny,["message","outside"])");
  c.wire.until([&] { return ws->over(); }, 2 * c.fast());
  return any_begins(*ws, from, "42/deny,")
             ? violated("nothing of a namespace that refused the client", heard(*ws, from))
             : found;
}

Finding sio_co_16_a(Context& c) {
  const bool broadcasts = c.target.has("testapp.bcast");
  WebSocket* witness = nullptr;
  Finding in_time = pass("");
  if (auto stop = open_slow(c, witness, in_time)) {
    return *stop;
  }
  if (in_time.kind != Finding::Kind::took) {
    return in_time;
  }
  WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
  if (auto stop = expect_open_packet(c, ws)) {
    return *stop;
  }
  const std::size_t from = ws.messages().size();
  const std::size_t told = witness->messages().size();
  ws.text("40/slow,");
  if (broadcasts) {
    ws.text(R"(42/slow,["bcast","early"])");
  }
  ws.text(R"(42/slow,["message","early"])");
  c.wire.until([&] { return ws.over() || any_begins(ws, from, "40/slow,{"); }, c.answer_bound());
  c.wire.pump_for(std::max<Duration>(2 * kSlow, c.quiet()));
  const Admitted waiting = admission_of(ws, from);
  if (waiting.event && waiting.event_first) {
    return witnessed("no event is dispatched before `40/slow,{...}`", heard(ws, from));
  }
  if (!ws.over() && !waiting.answer) {
    return violated("`40/slow,{...}`, or the connection is closed", heard(ws, from));
  }
  if (!echoes_in(c, *witness, "/slow", "fence")) {
    return unmet("SIO-EV-01", "an echo in /slow", heard(*witness, told));
  }
  return worst(in_time, heard_too_early(c, *witness, told, waiting));
}

Finding sio_co_16_b(Context& c) {
  if (!c.target.has("testapp.ask") || !c.target.has("testapp.bcast")) {
    return not_supported(c.target.has("testapp.ask") ? "testapp.bcast" : "testapp.ask");
  }
  constexpr int kGone = 6;
  Guest witness;
  if (auto stop = open_guest(c, witness, {"/slow"})) {
    return *stop;
  }
  if (!alone_in_slow(c, *witness.ws, witness.sids[0])) {
    return unmet("SIO-EV-12", "a question to the room of one's own id reaches oneself", heard(*witness.ws, 1));
  }
  std::vector<WebSocket*> leaving;
  for (int i = 0; i < kGone; ++i) {
    Guest guest;
    if (auto stop = open_guest(c, guest, {""})) {
      return *stop;
    }
    leaving.push_back(guest.ws);
  }
  // One after the other they go, the first at once, the last about when the decision falls.
  for (WebSocket* ws : leaving) {
    ws->text("40/slow,");
  }
  for (WebSocket* ws : leaving) {
    ws->hang_up();
    c.wire.pump_for(kSlow / (kGone - 1));
  }
  c.wire.pump_for(2 * kSlow);
  // Another case may be in /slow for a while; who is gone never answers.
  const Time deadline = c.clock.now() + 2 * c.answer_bound();
  int rounds = 0;
  do {
    ++rounds;
    if (alone_in_slow(c, *witness.ws, "")) {
      return pass(
          fmt::format("of {} clients that went while the application decided none is asked, round {}", kGone, rounds));
    }
    c.wire.pump_for(kSlow);
  } while (c.clock.now() < deadline && !witness.ws->over());
  return violated("a question to all of /slow reaches nobody who went before being admitted",
                  fmt::format("in each of {} rounds somebody did not answer; {}", rounds,
                              heard(*witness.ws, witness.ws->messages().size() - 1)));
}

Finding sio_co_17_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  if (!echoes(c, *ws, "ready")) {
    return unmet("SIO-EV-01", "an echo", heard(*ws, 1));
  }
  Finding found = stopped_at(c, *ws, "second", R"(["first","second"])");
  found = worst(std::move(found), stopped_at(c, *ws, "first", R"(["first"])"));
  found = worst(std::move(found), admitted(c, *ws, "/steps", "{}"));
  if (found.kind != Finding::Kind::took) {
    return found;
  }
  ws->text("41/steps,");
  if (!echoes(c, *ws, "left")) {
    return unmet("SIO-DI-02", "an echo in the main namespace after `41/steps,`", heard(*ws, 1));
  }
  found = worst(std::move(found), stopped_at(c, *ws, "second", R"(["first","second"])"));
  return found.kind == Finding::Kind::took ? pass("refused by the second, by the first, admitted, refused again")
                                           : found;
}

Finding sio_co_19_a(Context& c) {
  constexpr int kNames = 1'000;
  constexpr int kBatch = 100;
  Guest one;
  Guest two;
  for (Guest* guest : {&one, &two}) {
    if (auto stop = open_guest(c, *guest, {"", "/dynamic-1901"})) {
      return stop->prerequisite == "SIO-CO-03" ? violated("a name that matches is joined", stop->observed) : *stop;
    }
  }
  if (one.sids[1] == two.sids[1]) {
    return violated("a socket of its own for each client", one.sids[1]);
  }
  WebSocket& ws = *one.ws;
  for (int first = 0; first < kNames; first += kBatch) {
    for (int i = first; i < first + kBatch; ++i) {
      ws.text(fmt::format("40/dynamic-{},", 190'000 + i));
    }
    for (int i = first; i < first + kBatch; ++i) {
      const auto joined = await(c, ws, "40/dynamic-", c.answer_bound());
      if (!joined) {
        return violated(fmt::format("each of {} names is joined", kNames), heard(ws, ws.messages().size() - 1));
      }
      ws.text("41" + joined->payload.substr(2, joined->payload.find(',') - 1));
    }
  }
  return echoes_in(c, ws, "/dynamic-1901", "after") && echoes(c, ws, "after")
             ? pass(fmt::format("joined by two, and {} more names joined and left", kNames))
             : violated("the namespaces that were not left still echo", heard(ws, ws.messages().size() - 1));
}

Finding sio_co_19_b(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  if (!echoes(c, *ws, "ready")) {
    return unmet("SIO-EV-01", "an echo", heard(*ws, 1));
  }
  for (const std::string_view nsp :
       {"/dynamic-", "/dynamic-x", "/dynamic-1x", "/dynamic-1234567890", "/a/dynamic-1", "/dynamic-1/2"}) {
    const std::size_t from = ws->messages().size();
    const auto why = refusal(c, *ws, nsp, "");
    if (!why || !holds(*why, "message", R"("Invalid namespace")")) {
      return violated(fmt::format(R"(`44{},{{"message":"Invalid namespace"}}`)", nsp), heard(*ws, from));
    }
  }
  return echoes(c, *ws, "after") ? pass("six names beside the pattern are unknown, the connection lives")
                                 : violated("the connection lives on", heard(*ws, ws->messages().size() - 1));
}

}  // namespace plumbline::conform::cases
