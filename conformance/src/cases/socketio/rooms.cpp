// Whom an event reaches: rooms, the whole namespace, nobody who has left. By the test application, as README.md of the
// reference server has it.
#include <fmt/format.h>

#include "cases/application.h"
#include "cases/case_list.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

// The application tells the rooms once it has done so.
Stop change_rooms(Context& c, WebSocket& ws, std::string_view verb, std::string_view rooms) {
  ws.text(fmt::format(R"(427["{}",{}])", verb, rooms));
  if (!await(c, ws, "437[", c.answer_bound())) {
    return unmet("SIO-AK-01", fmt::format("`437[...]` for `{} {}`", verb, rooms), heard(ws, 1));
  }
  return std::nullopt;
}

Stop open_three(Context& c, Guest (&guests)[3]) {
  for (Guest& guest : guests) {
    if (auto stop = open_guest(c, guest, {""})) {
      return stop;
    }
  }
  return std::nullopt;
}

std::vector<Hearer> each(const Guest (&guests)[3], std::size_t first, std::size_t second, std::size_t third) {
  return {{guests[0].ws, "", first}, {guests[1].ws, "", second}, {guests[2].ws, "", third}};
}

// A broadcast reaches everybody in its namespace, also the other cases: where it can be, it is in one of its own.
struct Places {
  std::string_view here;
  std::string_view there;
};
Places places(const Context& c, std::string_view here, std::string_view there) {
  return c.target.has("testapp.dynamic") ? Places{here, there} : Places{"/custom", ""};
}

// Somebody in /custom is addressed by name and by room before and after `leave` has taken effect. It is also in the
// main namespace, where an echo shows that its connection is alive; when it does not, that belongs to `clause`.
template <typename Leave>
Finding nothing_after(Context& c, std::string_view clause, const Leave& leave) {
  Guest sender;
  Guest leaver;
  if (auto stop = open_guest(c, sender, {"/custom"})) {
    return *stop;
  }
  if (auto stop = open_guest(c, leaver, {"/custom", ""})) {
    return *stop;
  }
  const std::string room = "left-" + leaver.sids[0];
  for (const Guest* guest : {&sender, &leaver}) {
    guest->ws->text(fmt::format(R"(42/custom,["join","{}"])", room));
    if (!echoes_in(c, *guest->ws, "/custom", "joined")) {
      return unmet("SIO-EV-01", "an echo behind `join`", heard(*guest->ws, 1));
    }
  }
  const std::string to = fmt::format(R"(42/custom,["room",{{"to":["{}","{}"]}},)", room, leaver.sids[0]);
  sender.ws->text(to + R"("before"])");
  if (!hears(c, *leaver.ws, 0, "/custom", R"(["room","before"])")) {
    return unmet("SIO-EV-12", "the room reaches its member before it leaves", heard(*leaver.ws, 1));
  }
  if (auto stop = leave(*leaver.ws)) {
    return *stop;
  }
  const std::size_t from = leaver.ws->messages().size();
  sender.ws->text(to + R"("after"])");
  if (!hears(c, *sender.ws, 0, "/custom", R"(["room","after"])")) {
    return unmet("SIO-EV-12", "the room reaches the one that has stayed", heard(*sender.ws, 1));
  }
  if (!echoes_in(c, *leaver.ws, "", "fence")) {
    return unmet(clause, "the main namespace echoes after /custom was left", heard(*leaver.ws, from));
  }
  c.wire.pump_for(c.quiet());
  if (any_begins(*leaver.ws, from, "42/custom,") || leaver.ws->messages().size() != from + 1) {
    return violated("the echo of the main namespace and nothing of the one that was left", heard(*leaver.ws, from));
  }
  return pass("heard before it left, and by the one that stayed; nothing after");
}

}  // namespace

Finding sio_ev_12_a(Context& c) {
  Guest guests[3];
  if (auto stop = open_three(c, guests)) {
    return *stop;
  }
  const std::string red = "red-" + guests[0].sids[0];
  const std::string blue = "blue-" + guests[0].sids[0];
  if (auto stop = change_rooms(c, *guests[0].ws, "join", fmt::format(R"(["{}","{}"])", red, blue))) {
    return *stop;
  }
  if (auto stop = change_rooms(c, *guests[1].ws, "join", fmt::format(R"("{}")", blue))) {
    return *stop;
  }
  WebSocket& sender = *guests[2].ws;
  sender.text(fmt::format(R"(42["room",{{"to":["{}","{}"]}},"union",{{"n":1}}])", red, blue));
  Finding found = heard_by(c, each(guests, 1, 1, 0), R"(["room","union",{"n":1}])", "in both rooms, in one, in none");
  sender.text(fmt::format(R"(42["room",{{"to":"{}"}},"one"])", red));
  found = worst(std::move(found), heard_by(c, each(guests, 1, 0, 0), R"(["room","one"])", "in, not in, not in"));
  sender.text(fmt::format(R"(42["room",{{"to":"{}"}},"own"])", guests[1].sids[0]));
  found = worst(std::move(found), heard_by(c, each(guests, 0, 1, 0), R"(["room","own"])", "to the second one's id"));
  sender.text(fmt::format(R"(42["room",{{"to":["{}","{}"]}},"own and room"])", red, guests[0].sids[0]));
  return worst(std::move(found), heard_by(c, each(guests, 1, 0, 0), R"(["room","own and room"])", "to one twice"));
}

Finding sio_ev_12_b(Context& c) {
  Guest guests[3];
  if (auto stop = open_three(c, guests)) {
    return *stop;
  }
  const std::string red = "red-" + guests[0].sids[0];
  const std::string quiet = "quiet-" + guests[0].sids[0];
  for (const Guest& guest : guests) {
    if (auto stop = change_rooms(c, *guest.ws, "join", fmt::format(R"(["{}"])", red))) {
      return *stop;
    }
  }
  if (auto stop = change_rooms(c, *guests[1].ws, "join", fmt::format(R"(["{}"])", quiet))) {
    return *stop;
  }
  // In one go: the very next event must know that the room was left.
  guests[0].ws->text(fmt::format(R"(42["leave","{}"])", red));
  guests[0].ws->text(fmt::format(R"(42["room",{{"to":["{}"]}},"left"])", red));
  Finding found = heard_by(c, each(guests, 0, 1, 1), R"(["room","left"])", "has left, member, member");
  WebSocket& sender = *guests[2].ws;
  sender.text(fmt::format(R"(42["room",{{"to":["{}"],"except":["{}"]}},"but"])", red, quiet));
  found = worst(std::move(found), heard_by(c, each(guests, 0, 0, 1), R"(["room","but"])", "left, excepted, member"));
  sender.text(fmt::format(R"(42["room",{{"to":["{}"],"others":true}},"others"])", red));
  return worst(std::move(found), heard_by(c, each(guests, 0, 1, 0), R"(["room","others"])", "left, member, sender"));
}

Finding sio_ev_13_a(Context& c) {
  const std::string_view nsp = places(c, "/dynamic-1301", "").here;
  Guest guests[3];
  for (Guest& guest : guests) {
    if (auto stop = open_guest(c, guest, {nsp})) {
      return *stop;
    }
  }
  const std::string array = fmt::format(R"(["bcast","{}",2])", guests[0].sids[0]);
  guests[0].ws->text(event_in(nsp, array));
  return heard_by(c, {{guests[0].ws, nsp, 1}, {guests[1].ws, nsp, 1}, {guests[2].ws, nsp, 1}}, array,
                  "the sender and two others");
}

Finding sio_ev_13_b(Context& c) {
  const auto [here, there] = places(c, "/dynamic-1302", "/dynamic-1303");
  Guest both;
  Guest one;
  Guest other;
  if (auto stop = open_guest(c, both, {here, there})) {
    return *stop;
  }
  if (auto stop = open_guest(c, one, {here})) {
    return *stop;
  }
  if (auto stop = open_guest(c, other, {there})) {
    return *stop;
  }
  const std::string array = fmt::format(R"(["bcast","{}"])", both.sids[0]);
  both.ws->text(event_in(here, array));
  return heard_by(c, {{both.ws, here, 1}, {one.ws, here, 1}, {both.ws, there, 0}, {other.ws, there, 0}}, array,
                  "two sockets of the namespace, two of another");
}

Finding sio_ev_15_a(Context& c) {
  return nothing_after(c, "SIO-DI-02", [&c](WebSocket& leaver) -> Stop {
    leaver.text("41/custom,");
    if (!echoes_in(c, leaver, "", "left")) {
      return unmet("SIO-DI-02", "the main namespace echoes after `41/custom,`", heard(leaver, 1));
    }
    return std::nullopt;
  });
}

Finding sio_ev_15_b(Context& c) {
  if (!c.target.has("testapp.kick")) {
    return not_supported("testapp.kick");
  }
  return nothing_after(c, "SIO-DI-06", [&c](WebSocket& leaver) -> Stop {
    leaver.text(R"(42/custom,["kick","now"])");
    if (!await(c, leaver, "41/custom,", c.answer_bound())) {
      return unmet("SIO-DI-06", "`41/custom,`", heard(leaver, 1));
    }
    return std::nullopt;
  });
}

}  // namespace plumbline::conform::cases
