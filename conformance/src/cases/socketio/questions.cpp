// The server asks, the client acknowledges (socket.io-protocol v5, Acknowledgement), through the test application,
// which waits 100 ms for an answer unless it is told to wait longer.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cases/application.h"
#include "cases/case_list.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

constexpr Duration kAskFor = std::chrono::milliseconds{100};
constexpr Duration kAskAllFor = std::chrono::milliseconds{500};

Stop open_asked(Context& c, Guest& guest, std::string& id, std::initializer_list<std::string_view> namespaces) {
  if (auto stop = open_guest(c, guest, namespaces)) {
    return stop;
  }
  guest.ws->text(R"(42["ask","what"])");
  id = asked(c, *guest.ws, R"(["question","what"])");
  if (id.empty()) {
    return unmet("SIO-AK-08", R"(`42<id>["question","what"]`)", heard(*guest.ws, 1));
  }
  return std::nullopt;
}

// Packets from `from` on with this in them: the beginning of an event's array.
std::size_t count_of(const WebSocket& ws, std::size_t from, std::string_view beginning) {
  return static_cast<std::size_t>(
      std::count_if(ws.messages().begin() + static_cast<std::ptrdiff_t>(from), ws.messages().end(),
                    [&](const WsMessage& message) { return message.payload.find(beginning) != std::string::npos; }));
}

struct Circle {
  Guest asker;
  Guest members[3];
  std::string room;
};

Stop open_circle(Context& c, Circle& circle) {
  if (auto stop = open_guest(c, circle.asker, {""})) {
    return stop;
  }
  circle.room = "circle-" + circle.asker.sids[0];
  for (Guest& member : circle.members) {
    if (auto stop = open_guest(c, member, {""})) {
      return stop;
    }
    member.ws->text(fmt::format(R"(42["join","{}"])", circle.room));
    if (!echoes(c, *member.ws, "joined")) {
      return unmet("SIO-EV-01", "an echo behind `join`", heard(*member.ws, 1));
    }
  }
  return std::nullopt;
}

// Asks the circle; the first `answering` members answer with "0", "1", "2". The ids by member; empty: not asked.
std::vector<std::string> ask_circle(Context& c, Circle& circle, std::size_t answering) {
  circle.asker.ws->text(fmt::format(R"(42["ask-all",{{"to":"{}","timeout":{}}},"who"])", circle.room,
                                    static_cast<int>(to_ms(kAskAllFor))));
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < 3; ++i) {
    ids.push_back(asked(c, *circle.members[i].ws, R"(["question","who"])"));
    if (i < answering && !ids.back().empty()) {
      circle.members[i].ws->text(fmt::format(R"(43{}["{}"])", ids.back(), i));
    }
  }
  return ids;
}

Finding nobody_asked(Context& c, Circle& circle) {
  const std::size_t from = circle.asker.ws->messages().size();
  const Time sent = c.clock.now();
  circle.asker.ws->text(fmt::format(R"(42["ask-all",{{"to":"nobody-{}","timeout":1000}},"who"])", circle.room));
  const auto told = await(c, *circle.asker.ws, R"(42["answers")", c.answer_bound());
  const std::string expected = R"(`["answers",null,[]]` at once when there is nobody to ask)";
  if (!told || !tells_all(*told, "null", {})) {
    return violated(expected, heard(*circle.asker.ws, from));
  }
  const std::string seen = fmt::format("nobody asked: told after {}", ms_text(told->at - sent));
  return judge_both_sides(c.place_span(sent, told->at, {Duration::zero(), c.fast()}), expected, seen);
}

}  // namespace

Finding sio_ak_08_a(Context& c) {
  Guest guest;
  std::string id;
  if (auto stop = open_asked(c, guest, id, {""})) {
    return *stop;
  }
  const std::size_t from = guest.ws->messages().size();
  guest.ws->text(fmt::format(R"(43{}["this",{{"and":[1,null]}},"\u00e9"])", id));
  const bool told = hears(c, *guest.ws, from, "", R"(["answer",null,"this",{"and":[1,null]},"\u00e9"])");
  return told ? pass(fmt::format("asked under {}, {}", id, heard(*guest.ws, from)))
              : violated("the application has the three values of the client's answer", heard(*guest.ws, from));
}

// Another client under the same id: it was not asked.
Finding sio_ak_08_b(Context& c) {
  Guest other;
  if (auto stop = open_guest(c, other, {""})) {
    return *stop;
  }
  Guest guest;
  std::string id;
  if (auto stop = open_asked(c, guest, id, {""})) {
    return *stop;
  }
  const std::size_t from = guest.ws->messages().size();
  other.ws->text(fmt::format(R"(43{}["of another"])", id));
  if (!echoes(c, *other.ws, "behind")) {
    return unmet("SIO-AK-09", "an echo behind an acknowledgement that nobody awaits", heard(*other.ws, 1));
  }
  guest.ws->text(fmt::format(R"(43{}["of its own"])", id));
  if (!await(c, *guest.ws, R"(42["answer")", c.answer_bound()) || !echoes(c, *guest.ws, "behind")) {
    return violated("the answer of the client that was asked is told", heard(*guest.ws, from));
  }
  c.wire.pump_for(c.quiet());
  return times_said(*guest.ws, from, "", R"(["answer",null,"of its own"])") == 1 &&
                 count_of(*guest.ws, from, R"(["answer")") == 1
             ? pass(fmt::format("under {} only the client that was asked could answer", id))
             : violated("the answer of the client that was asked, and no other", heard(*guest.ws, from));
}

Finding sio_ak_10_a(Context& c) {
  Guest guest;
  if (auto stop = open_guest(c, guest, {""})) {
    return *stop;
  }
  WebSocket& ws = *guest.ws;
  const std::size_t from = ws.messages().size();
  const Time sent = c.clock.now();
  ws.text(R"(42["ask","what"])");
  const std::string id = asked(c, ws, R"(["question","what"])");
  if (id.empty()) {
    return unmet("SIO-AK-08", R"(`42<id>["question","what"]`)", heard(ws, from));
  }
  const auto told = await(c, ws, R"(42["answer")", c.answer_bound());
  const std::string expected = fmt::format("the application learns after {} that no answer came", ms_text(kAskFor));
  if (!told || !says(*told, "", R"(["answer","timeout"])")) {
    return violated(expected, heard(ws, from));
  }
  const std::string seen = fmt::format("told after {}", ms_text(told->at - sent));
  const Window window{kAskFor - kAskFor / 20, kAskFor + c.slack_now(sent)};
  if (Finding found = judge_both_sides(c.place_span(sent, told->at, window), expected, seen);
      found.kind != Finding::Kind::took) {
    return found;
  }
  ws.text(fmt::format(R"(43{}["late"])", id));
  if (!echoes(c, ws, "behind")) {
    return violated("a late answer is ignored and the connection lives", heard(ws, from));
  }
  c.wire.pump_for(c.quiet());
  return count_of(ws, from, R"(["answer")") == 1 ? pass(seen + "; the late answer was ignored")
                                                 : violated("a late answer is ignored", heard(ws, from));
}

// To a question that waits: what is no array answers nothing.
Finding sio_ak_11_c(Context& c) {
  if (!c.target.has("testapp.ask")) {
    return not_supported("testapp.ask");
  }
  Finding found = pass("");
  for (const std::string_view payload : {"", R"({"a":1})"}) {
    Guest guest;
    std::string id;
    if (auto stop = open_asked(c, guest, id, {""})) {
      return *stop;
    }
    const std::size_t from = guest.ws->messages().size();
    const Time since = c.clock.now();
    guest.ws->text(fmt::format("43{}{}", id, payload));
    const auto told = [&] {
      return count_of(*guest.ws, from, R"(["answer")") > 0;
    };
    c.wire.until([&] { return told() || guest.ws->over(); }, c.answer_bound());
    const std::string what = fmt::format("`43{}{}`", id, payload);
    const bool empty = payload.empty() && times_said(*guest.ws, from, "", R"(["answer",null])") == 1;
    if (told() && !empty && times_said(*guest.ws, from, "", R"(["answer","timeout"])") != 1) {
      return violated(what + " is not delivered as data", heard(*guest.ws, from));
    }
    if (!guest.ws->over() && !echoes(c, *guest.ws, "behind")) {
      return violated("closed, or ignored and alive", heard(*guest.ws, from));
    }
    const std::string seen = guest.ws->over() ? fmt::format("{}: {} after {}", what, guest.ws->how_it_ended(),
                                                            ms_text(guest.ws->over_at() - since))
                                              : fmt::format("{}: {}", what, heard(*guest.ws, from));
    if (guest.ws->over()) {
      found = worst(std::move(found), pass(seen));
    } else {
      found = worst(std::move(found), took(empty ? "empty-answer" : "ignored", seen));
    }
  }
  return found;
}

Finding sio_ak_12_a(Context& c) {
  Guest guest;
  std::string id;
  if (auto stop = open_asked(c, guest, id, {"", "/custom"})) {
    return *stop;
  }
  WebSocket& ws = *guest.ws;
  const std::size_t from = ws.messages().size();
  ws.text(fmt::format(R"(43/custom,{}["of the other"])", id));
  ws.text(fmt::format(R"(43{}["of its own"])", id));
  if (!await(c, ws, R"(42["answer")", c.answer_bound()) || !echoes(c, ws, "behind")) {
    return violated("the answer of the question's own namespace is told", heard(ws, from));
  }
  if (!echoes_in(c, ws, "/custom", "behind")) {
    return unmet("SIO-AK-09", "an echo in the other namespace", heard(ws, from));
  }
  c.wire.pump_for(c.quiet());
  const bool own = times_said(ws, from, "", R"(["answer",null,"of its own"])") == 1;
  return own && count_of(ws, from, R"(["answer")") == 1
             ? pass(fmt::format("id {} of both namespaces: only its own was told", id))
             : violated(R"(`42["answer",null,"of its own"]` and no other answer)", heard(ws, from));
}

Finding sio_ak_13_a(Context& c) {
  Circle circle;
  if (auto stop = open_circle(c, circle)) {
    return *stop;
  }
  WebSocket& asker = *circle.asker.ws;
  const std::size_t from = asker.messages().size();
  const std::vector<std::string> ids = ask_circle(c, circle, 3);
  if (std::find(ids.begin(), ids.end(), std::string{}) != ids.end()) {
    return violated(R"(each member is asked: `42<id>["question","who"]`)", fmt::format("ids {}", fmt::join(ids, " ")));
  }
  const auto told = await(c, asker, R"(42["answers")", c.answer_bound());
  if (!told || !tells_all(*told, "null", {R"("0")", R"("1")", R"("2")"})) {
    return violated("all three answers, in any order", heard(asker, from));
  }
  if (!echoes(c, asker, "behind")) {
    return unmet("SIO-EV-01", "an echo", heard(asker, from));
  }
  c.wire.pump_for(std::max<Duration>(kAskAllFor, c.quiet()));
  if (count_of(asker, from, R"(["answers")") != 1 || count_of(asker, from, R"(["question")") != 0) {
    return violated("told once, and the one who asks is not asked", heard(asker, from));
  }
  return worst(pass(brief(told->payload)), nobody_asked(c, circle));
}

Finding sio_ak_13_b(Context& c) {
  Circle circle;
  if (auto stop = open_circle(c, circle)) {
    return *stop;
  }
  WebSocket& asker = *circle.asker.ws;
  const std::size_t from = asker.messages().size();
  const Time sent = c.clock.now();
  const std::vector<std::string> ids = ask_circle(c, circle, 2);
  if (std::find(ids.begin(), ids.end(), std::string{}) != ids.end()) {
    return violated(R"(each member is asked: `42<id>["question","who"]`)", fmt::format("ids {}", fmt::join(ids, " ")));
  }
  const auto told = await(c, asker, R"(42["answers")", c.answer_bound());
  const std::string expected =
      fmt::format("after {} the two answers that came, and that one is missing", ms_text(kAskAllFor));
  if (!told || !tells_all(*told, R"("timeout")", {R"("0")", R"("1")"})) {
    return violated(expected, heard(asker, from));
  }
  const std::string seen = fmt::format("{} after {}", brief(told->payload), ms_text(told->at - sent));
  const Window window{kAskAllFor - kAskAllFor / 20, kAskAllFor + c.slack_now(sent)};
  if (Finding found = judge_both_sides(c.place_span(sent, told->at, window), expected, seen);
      found.kind != Finding::Kind::took) {
    return found;
  }
  circle.members[2].ws->text(fmt::format(R"(43{}["2"])", ids[2]));
  if (!echoes(c, *circle.members[2].ws, "behind") || !echoes(c, asker, "behind")) {
    return violated("a late answer is ignored and the connections live", heard(asker, from));
  }
  c.wire.pump_for(c.quiet());
  return count_of(asker, from, R"(["answers")") == 1 ? pass(seen) : violated("told once", heard(asker, from));
}

}  // namespace plumbline::conform::cases
