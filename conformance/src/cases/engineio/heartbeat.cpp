// Engine.IO heartbeat: period, answer, and what silence leads to (engine.io-protocol v4, Heartbeat).
#include <fmt/format.h>

#include <algorithm>

#include "cases/case_list.h"
#include "cases/engineio/ping_periods.h"
#include "cases/session.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

constexpr std::size_t kCycles = 5;
constexpr Duration kAppliesFrom = std::chrono::milliseconds{100};

Stop needs_tellable_timers(const Context& c) {
  if (c.target.timing.ping_interval < kAppliesFrom || c.target.timing.ping_timeout < kAppliesFrom) {
    return not_applicable("ping interval and ping timeout of at least 100 ms, else the machine's jitter decides");
  }
  return std::nullopt;
}

}  // namespace

Finding eio_hb_01_a(Context& c) {
  if (auto stop = needs_tellable_timers(c)) {
    return *stop;
  }
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const Duration longest = c.target.timing.ping_interval + c.target.timing.ping_timeout;
  for (std::size_t n = 1; n <= kCycles; ++n) {
    c.wire.until([&] { return ws->pings().size() >= n || ws->over(); }, longest + c.slack_now(c.clock.now()));
    if (ws->pings().size() < n) {
      return violated(fmt::format("ping {} within {}", n, ms_text(longest)),
                      ws->over() ? ws->how_it_ended() : fmt::format("{} pings so far, connection still open", n - 1));
    }
  }
  Finding periods = judge_periods(c, ws->pings(), ws->pongs());
  if (periods.kind != Finding::Kind::took) {
    return periods;
  }
  return echoes(c, *ws, "alive") ? periods
                                 : violated("the connection is alive after answered pings", heard(*ws, ws->cursor));
}

Finding eio_hb_02_a(Context& c) {
  if (auto stop = needs_tellable_timers(c)) {
    return *stop;
  }
  Polling session(c);
  if (auto stop = session.open()) {
    return *stop;
  }
  if (auto stop = session.join()) {
    return *stop;
  }
  const Duration longest = c.target.timing.ping_interval + c.target.timing.ping_timeout;
  for (std::size_t n = 1; n <= 3; ++n) {
    c.wire.until([&] { return session.pings().size() >= n || session.dead(); }, longest + c.slack_now(c.clock.now()));
    if (session.pings().size() < n) {
      return violated(fmt::format("a poll delivers ping {} within {}", n, ms_text(longest)),
                      session.dead() ? "the session was closed" : fmt::format("{} pings so far", n - 1));
    }
  }
  return judge_periods(c, session.pings(), {});
}

Finding eio_hb_03_a(Context& c) {
  if (auto stop = needs_tellable_timers(c)) {
    return *stop;
  }
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  ws->answer_pings(false);
  const Duration timeout = c.target.timing.ping_timeout;
  const Duration longest = c.target.timing.ping_interval + timeout;
  const std::size_t before = ws->pings().size();  // a server that pings at once was answered: that ping does not count
  c.wire.until([&] { return ws->pings().size() > before || ws->over(); }, longest + c.slack_now(c.clock.now()));
  if (ws->pings().size() == before) {
    return unmet("EIO-HB-01", "a ping that can be left unanswered", heard(*ws, ws->cursor));
  }
  const Time ping = ws->pings()[before];
  c.wire.until([&] { return ws->over(); }, 2 * timeout + c.slack_now(ping));
  const std::string expected =
      fmt::format("closed {} after the unanswered ping, not before {}", ms_text(timeout), ms_text(timeout * 4 / 5));
  if (!ws->over()) {
    return violated(expected, fmt::format("still open after {}", ms_text(c.clock.now() - ping)));
  }
  const Time end = ws->over_at();
  const std::string seen = fmt::format("{} {} after the ping", ws->how_it_ended(), ms_text(end - ping));
  if (ws->pings().size() != before + 1) {
    return violated("exactly one ping before the close",
                    fmt::format("{} pings; {}", ws->pings().size() - before, seen));
  }
  return judge_placement(c.place_span(ping, end, {timeout * 4 / 5, timeout + c.slack_now(ping)}), expected, seen);
}

Finding eio_hb_04_a(Context& c) {
  if (auto stop = needs_tellable_timers(c)) {
    return *stop;
  }
  Polling session(c);
  if (auto stop = session.open()) {
    return *stop;
  }
  if (auto stop = session.join()) {
    return *stop;
  }
  session.answer_pings(false);
  const Duration timeout = c.target.timing.ping_timeout;
  const std::size_t before = session.pings().size();
  c.wire.until([&] { return session.pings().size() > before || session.dead(); },
               c.target.timing.ping_interval + timeout + c.slack_now(c.clock.now()));
  if (session.pings().size() == before) {
    return unmet("EIO-HB-02", "a ping on a poll that can be left unanswered",
                 session.dead() ? "session closed" : "no ping");
  }
  const Time ping = session.pings()[before];
  c.wire.until([&] { return session.dead(); }, 2 * timeout + c.slack_now(ping));
  if (!session.dead()) {
    return violated(fmt::format("the poll ends with `1` or 400 {} after the unanswered ping", ms_text(timeout)),
                    fmt::format("session still open after {}", ms_text(c.clock.now() - ping)));
  }
  const Life life = polling_life(c, session, c.fast());
  const std::string seen =
      fmt::format("poll ended {} after the ping; then {}", ms_text(session.dead_at() - ping), life.observed);
  if (!life.closed) {
    return violated("the session is not usable any more", seen);
  }
  switch (c.place_span(ping, session.dead_at(), {timeout * 4 / 5, timeout + c.slack_now(ping)})) {
    case Placement::inside:
      return pass(seen);
    case Placement::early:
      return violated("not closed before the ping timeout", seen);
    case Placement::late:
      return took("late", seen);
    case Placement::unclear:
      break;
  }
  return unclear(seen + ", while the suite was late");
}

}  // namespace plumbline::conform::cases
