// What the application decides about one client: to end a namespace or the connection, to refuse a packet, to say
// something only if it can be heard at once (socket.io-protocol v5, Disconnection from a namespace).
#include <fmt/format.h>

#include <algorithm>

#include "cases/application.h"
#include "cases/case_list.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

std::size_t exactly(const WebSocket& ws, std::size_t from, std::string_view packet) {
  return static_cast<std::size_t>(std::count_if(ws.messages().begin() + static_cast<std::ptrdiff_t>(from),
                                                ws.messages().end(),
                                                [&](const WsMessage& m) { return !m.binary && m.payload == packet; }));
}

// `ended` is left by the application, `other` stays.
Finding one_ends(Context& c, std::string_view ended, std::string_view other) {
  Guest guest;
  if (auto stop = open_guest(c, guest, {"", "/custom"})) {
    return *stop;
  }
  WebSocket& ws = *guest.ws;
  const std::size_t from = ws.messages().size();
  const std::string goodbye = ended.empty() ? "41" : fmt::format("41{},", ended);
  ws.text(event_in(ended, R"(["kick","now"])"));
  c.wire.until([&] { return exactly(ws, from, goodbye) > 0 || ws.over(); }, c.answer_bound());
  const bool alive = echoes_in(c, ws, other, "alive");
  c.wire.pump_for(c.quiet());
  if (!alive || exactly(ws, from, goodbye) != 1 || ws.messages().size() != from + 2) {
    return violated(fmt::format("`{}` once, nothing else, and an echo in {}", goodbye, other.empty() ? "/" : other),
                    heard(ws, from));
  }
  const std::size_t behind = ws.messages().size();
  ws.text(event_in(ended, R"(["message","after"])"));
  c.wire.until([&] { return ws.over(); }, 2 * c.fast());
  const std::string start = event_in(ended, "[");
  return any_begins(ws, behind, start)
             ? violated("an event of the namespace that ended is not dispatched", heard(ws, behind))
             : pass(fmt::format("`{}`, and the other echoes", goodbye));
}

}  // namespace

Finding sio_di_06_a(Context& c) {
  return worst(one_ends(c, "/custom", ""), one_ends(c, "", "/custom"));
}

Finding sio_di_06_b(Context& c) {
  Guest guest;
  if (auto stop = open_guest(c, guest, {"", "/custom"})) {
    return *stop;
  }
  WebSocket& ws = *guest.ws;
  const std::size_t from = ws.messages().size();
  const Time since = c.clock.now();
  ws.text(R"(42["kick-hard","now"])");
  const Closing closing = await_close(c, ws, since, 4 * c.fast());
  const bool both = exactly(ws, from, "41") == 1 && exactly(ws, from, "41/custom,") == 1;
  if (!both || ws.messages().size() != from + 2 || !closing.fast) {
    return violated(fmt::format("`41` and `41/custom,`, then the connection is closed within {}", ms_text(c.fast())),
                    heard(ws, from) + "; " + closing.observed);
  }
  return pass(heard(ws, from));
}

Finding sio_di_06_c(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  session.post("40/custom,");
  if (!session.await("40/custom,{", c.answer_bound())) {
    return unmet("SIO-CO-23", "`40/custom,{...}` on a poll", "nothing within " + ms_text(c.answer_bound()));
  }
  const std::size_t from = session.packets().size();
  session.post(R"(42["kick-hard","now"])");
  c.wire.until([&] { return session.dead(); }, 4 * c.fast());
  const auto times = [&](std::string_view packet) {
    return std::count(session.packets().begin() + static_cast<std::ptrdiff_t>(from), session.packets().end(), packet);
  };
  const std::string seen = fmt::format("`41` {} times, `41/custom,` {} times, session {}", times("41"),
                                       times("41/custom,"), session.dead() ? "ended" : "still open");
  if (times("41") != 1 || times("41/custom,") != 1 || !session.dead()) {
    return violated("`41` and `41/custom,` on a poll, then the session ends", seen);
  }
  session.stop();
  const Life life = polling_life(c, session, c.fast());
  return life.closed ? pass(seen) : violated("the session is closed", life.observed);
}

Finding sio_in_07_a(Context& c) {
  Guest guest;
  if (auto stop = open_guest(c, guest, {""})) {
    return *stop;
  }
  WebSocket& ws = *guest.ws;
  const std::size_t from = ws.messages().size();
  ws.text(R"(427["refuse-me",{"why":"not"}])");
  const bool told = hears(c, ws, from, "", R"(["packet-error","refused"])");
  const bool alive = echoes(c, ws, "alive");
  c.wire.pump_for(c.quiet());
  return told && alive && ws.messages().size() == from + 2
             ? pass(heard(ws, from))
             : violated("the application tells its error, nothing acknowledges the event, the connection echoes",
                        heard(ws, from));
}

// No poll waits, so that nothing can be written; what is volatile must not come by the next one either.
Finding sio_ev_11_a(Context& c) {
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  session.stop();
  session.post(R"(42["message","last"])");  // ends the poll in flight
  c.wire.until([&] { return session.idle(); }, c.answer_bound());
  if (!session.idle()) {
    return unmet("EIO-PO-07", "the parked GET brings an event", "still parked after " + ms_text(c.answer_bound()));
  }
  for (const std::string_view packet : {R"(42["volatile","unheard"])", R"(42["message","kept"])"}) {
    HttpExchange& post = session.post(packet);
    c.wire.until([&] { return post.done(); }, c.answer_bound());
  }
  session.start();
  const bool kept = session.await(R"(42["message-back","kept")", c.answer_bound()).has_value();
  const bool alive = kept && polling_echoes(c, session, "behind");
  if (!kept || !alive) {
    return unmet("EIO-PO-07", "what was emitted between two polls comes by the next one", "no `message-back` \"kept\"");
  }
  for (const std::string& packet : session.packets()) {
    if (packet.find("volatile-back") != std::string::npos) {
      return violated("a volatile event that cannot be written at once is dropped, not delayed", brief(packet));
    }
  }
  return pass("dropped between two polls; what is not volatile came by the next one");
}

// An idle transport takes it. A ping of the server may be in the way of one of them.
Finding sio_ev_11_b(Context& c) {
  constexpr int kTries = 5;
  Guest guest;
  if (auto stop = open_guest(c, guest, {""})) {
    return *stop;
  }
  WebSocket& ws = *guest.ws;
  const std::size_t from = ws.messages().size();
  for (int i = 0; i < kTries; ++i) {
    c.wire.pump_for(c.fast() / 10);
    ws.text(fmt::format(R"(42["volatile",{},{{"n":[{}]}}])", i, i));
    if (!echoes(c, ws, "fence")) {
      return unmet("SIO-EV-01", "an echo", heard(ws, from));
    }
  }
  int came = 0;
  for (int i = 0; i < kTries; ++i) {
    const std::size_t times = times_said(ws, from, "", fmt::format(R"(["volatile-back",{},{{"n":[{}]}}])", i, i));
    if (times > 1) {
      return witnessed("each volatile event at most once", heard(ws, from));
    }
    came += static_cast<int>(times);
  }
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  // A poll that stays: it brings at most the ping that was due.
  const HttpExchange* parked = nullptr;
  for (int i = 0; i < 3 && (parked == nullptr || parked != session.parked()); ++i) {
    parked = session.parked();
    c.wire.pump_for(c.fast() / 10);
  }
  if (parked == nullptr || parked != session.parked()) {
    return unmet("EIO-PO-06", "a poll waits while there is nothing to say", "polls end at once");
  }
  session.post(R"(42["volatile","poll"])");
  const bool polled = session.await(R"(42["volatile-back","poll")", c.fast()).has_value();
  const std::string seen = fmt::format("{} of {} came on WebSocket, {} by a parked poll", came, kTries, polled ? 1 : 0);
  return came >= kTries - 1 && polled ? pass(seen) : violated("delivered while the transport can take it", seen);
}

}  // namespace plumbline::conform::cases
