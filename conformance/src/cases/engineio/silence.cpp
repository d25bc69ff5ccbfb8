// Engine.IO heartbeat beside other traffic, late pongs, polls that never come, and a heartbeat across an upgrade.
#include <fmt/format.h>

#include "cases/case_list.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

Duration cycle(const Context& c) {
  return c.target.timing.ping_interval + c.target.timing.ping_timeout;
}

Stop needs_short_timers(const Context& c) {
  if (c.target.timing.ping_timeout < std::chrono::milliseconds{100} || cycle(c) > std::chrono::seconds{5}) {
    return not_applicable("a ping timeout of at least 100 ms, and interval and timeout of at most 5 s together");
  }
  return std::nullopt;
}

// A joined WebSocket that got a ping and has not answered it.
Stop await_unanswered_ping(Context& c, WebSocket*& ws, Time& ping) {
  if (auto stop = needs_short_timers(c)) {
    return stop;
  }
  if (auto stop = open_joined(c, ws)) {
    return stop;
  }
  ws->answer_pings(false);
  const std::size_t before = ws->pings().size();
  c.wire.until([&] { return ws->pings().size() > before || ws->over(); }, cycle(c) + c.slack_now(c.clock.now()));
  if (ws->pings().size() == before) {
    return unmet("EIO-HB-01", "a ping that can be left unanswered", heard(*ws, ws->cursor));
  }
  ping = ws->pings()[before];
  return std::nullopt;
}

}  // namespace

Finding eio_hb_05_a(Context& c) {
  WebSocket* ws = nullptr;
  Time ping{};
  if (auto stop = await_unanswered_ping(c, ws, ping)) {
    return *stop;
  }
  const Duration timeout = c.target.timing.ping_timeout;
  while (!ws->over() && c.clock.now() - ping < 2 * timeout) {
    ws->text(R"(42["message","still here"])");
    c.wire.until([&] { return ws->over(); }, timeout / 4);
  }
  if (!ws->over()) {
    return took("any-packet-counts", fmt::format("open {} after the unanswered ping", ms_text(c.clock.now() - ping)));
  }
  const std::string seen = fmt::format("{} {} after the ping", ws->how_it_ended(), ms_text(ws->over_at() - ping));
  return c.place_span(ping, ws->over_at(), {timeout * 4 / 5, 2 * timeout}) == Placement::early
             ? violated("not closed before the ping timeout", seen)
             : pass(seen);
}

Finding eio_hb_06_a(Context& c) {
  WebSocket* ws = nullptr;
  Time ping{};
  if (auto stop = await_unanswered_ping(c, ws, ping)) {
    return *stop;
  }
  c.wire.until([&] { return ws->over(); }, c.target.timing.ping_timeout * 3 / 4);
  if (ws->over()) {
    return violated("open until the ping timeout", ws->how_it_ended());
  }
  ws->text("3");
  ws->answer_pings(true);
  const std::size_t before = ws->pings().size();
  c.wire.until([&] { return ws->pings().size() > before || ws->over(); }, cycle(c) + c.slack_now(ping));
  if (ws->pings().size() == before || !echoes(c, *ws, "alive")) {
    return violated("a late pong keeps the connection, and the next ping comes", heard(*ws, ws->cursor));
  }
  return pass(fmt::format("next ping {} after the last", ms_text(ws->pings()[before] - ping)));
}

Finding eio_hb_07_a(Context& c) {
  if (auto stop = needs_short_timers(c)) {
    return *stop;
  }
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  session.stop();
  session.post(R"(42["message","last"])");
  c.wire.until([&] { return session.idle(); }, c.answer_bound());
  // A ping that came with the last answer was answered, so that the whole time begins anew.
  c.wire.pump_for(cycle(c) + std::chrono::milliseconds{150} + c.slack_now(c.clock.now()));
  HttpExchange& poll = session.get();
  c.wire.until([&] { return poll.done(); }, c.fast());
  const std::string seen = describe(poll, c.fast());
  const bool closed = poll.answer() && (poll.answer()->status >= 400 || poll.answer()->body.ends_with("1"));
  return closed ? pass(seen) : violated("the session is gone when nobody polled it", seen);
}

Finding eio_hb_10_a(Context& c) {
  if (auto stop = needs_short_timers(c)) {
    return *stop;
  }
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  session.answer_pings(false);
  const std::size_t before = session.pings().size();
  c.wire.until([&] { return session.pings().size() > before || session.dead(); },
               cycle(c) + c.slack_now(c.clock.now()));
  if (session.pings().size() == before) {
    return unmet("EIO-HB-02", "a ping on a poll", "none");
  }
  const Time pinged = session.pings()[before];
  WebSocket* ws = nullptr;
  if (auto stop = send_upgrade(c, session, ws)) {
    return *stop;
  }
  ws->text("3");  // the answer to the ping that came by polling
  if (const Duration since = c.clock.now() - pinged; since > c.target.timing.ping_timeout * 3 / 4) {
    return unclear(fmt::format("the upgrade took until {} after the ping: late for its answer", ms_text(since)));
  }
  if (!echoes(c, *ws, "upgraded")) {
    return violated("an echo after a pong on the WebSocket to the ping on a poll", heard(*ws, ws->cursor));
  }
  const std::size_t pings = ws->pings().size();
  c.wire.until([&] { return ws->pings().size() >= pings + 2 || ws->over(); }, 3 * cycle(c));
  if (ws->pings().size() < pings + 2) {
    return violated("pings come on the WebSocket after the upgrade", heard(*ws, ws->cursor));
  }
  return echoes(c, *ws, "alive") ? pass("a ping across the upgrade, two more after it")
                                 : violated("alive after answered pings", heard(*ws, ws->cursor));
}

Finding eio_hb_09_a(Context& c) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const Duration interval = c.target.timing.ping_interval;
  if (interval > std::chrono::seconds{2}) {
    return not_applicable("a pingInterval of at most 2 s");
  }
  const std::size_t before = ws->pings().size();
  for (int i = 0; i < 30 && !ws->over(); ++i) {
    ws->text("3");
    c.wire.pump_for(interval / 10);
  }
  const std::size_t pings = ws->pings().size() - before;
  const std::string seen = fmt::format("{} pings in three intervals; connection: {}", pings, ws->how_it_ended());
  return pings >= 2 ? pass(seen) : took("put-off", seen);
}

}  // namespace plumbline::conform::cases
