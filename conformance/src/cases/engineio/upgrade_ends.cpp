// Upgrades that are never finished, and those that a server does not allow (engine.io-protocol v4, Upgrade).
#include <fmt/format.h>

#include "cases/case_list.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

Stop needs_upgrade_timeout(const Context& c, Duration& timeout) {
  timeout = c.target.timing.upgrade_timeout.value_or(Duration::zero());
  if (timeout < std::chrono::milliseconds{200} || timeout > std::chrono::seconds{5}) {
    return not_applicable("a target file that declares timing.upgrade_timeout_ms (200 to 5000)");
  }
  return std::nullopt;
}

// One GET, so that pings are answered and a client that waits for its upgrade is no reason to close.
void poll_once(Context& c, Polling& session, const WebSocket& ws) {
  session.start();
  session.stop();
  c.wire.until([&] { return session.idle() || ws.over(); }, c.answer_bound());
}

// A candidate that was asked for at `asked`, was there at `begun` at the latest, and is not finished.
Finding ends_at(Context& c, Polling& session, const WebSocket& ws, Duration timeout, Time asked, Time begun) {
  const std::string expected = fmt::format("the WebSocket is closed {} after it came", ms_text(timeout));
  if (!ws.over()) {
    return violated(expected, fmt::format("still open {} after it came", ms_text(c.clock.now() - begun)));
  }
  const std::string seen = fmt::format("{} {} after it came", ws.how_it_ended(), ms_text(ws.over_at() - begun));
  // The server counts from some moment between the two.
  const Placement from_asked = c.place_span(asked, ws.over_at(), {timeout - timeout / 20, Duration::max() / 4});
  const Placement from_begun =
      c.place_span(begun, ws.over_at(), {Duration::zero(), timeout + slack(Duration::zero(), Duration::zero())});
  Finding found = judge_placement(from_asked == Placement::inside ? from_begun : from_asked, expected, seen);
  session.start();
  if (!polling_echoes(c, session, "still polled")) {
    return violated("polling goes on", fmt::format("no echo on a poll; {}", seen));
  }
  return found;
}

Stop open_timed(Context& c, Polling& session, Duration& timeout) {
  if (auto stop = needs_upgrade_timeout(c, timeout)) {
    return stop;
  }
  return open_fenced(c, session);
}

}  // namespace

Finding eio_up_12_a(Context& c) {
  Duration timeout{};
  Polling session(c);
  if (auto stop = open_timed(c, session, timeout)) {
    return *stop;
  }
  const Time asked = c.clock.now();
  WebSocket& ws = c.wire.web_socket(upgrade_query(session));
  c.wire.until([&] { return ws.was_open() || ws.over(); }, c.answer_bound());
  if (!ws.was_open()) {
    return unmet("EIO-UP-01", "a WebSocket beside the polling session", heard(ws, 0));
  }
  const Time begun = c.clock.now();
  c.wire.until([&] { return ws.over(); }, 2 * timeout);
  return ends_at(c, session, ws, timeout, asked, begun);
}

Finding eio_up_13_a(Context& c) {
  Duration timeout{};
  Polling session(c);
  if (auto stop = open_timed(c, session, timeout)) {
    return *stop;
  }
  const Time asked = c.clock.now();
  WebSocket* ws = nullptr;
  if (auto stop = probe_upgrade(c, session, ws)) {
    return *stop;
  }
  const Time begun = c.clock.now();
  c.wire.until([&] { return session.idle() || ws->over(); }, c.answer_bound());
  while (!ws->over() && c.clock.now() - begun < 2 * timeout) {
    poll_once(c, session, *ws);
    c.wire.until([&] { return ws->over(); }, c.target.timing.ping_timeout / 4);
  }
  return ends_at(c, session, *ws, timeout, asked, begun);
}

Finding eio_up_17_a(Context& c) {
  WebSocket* control = nullptr;
  if (auto stop = open_joined(c, control)) {
    return *stop;
  }
  Polling session(c);
  if (auto stop = open_fenced(c, session)) {
    return *stop;
  }
  std::string seen;
  for (const std::string_view first : {"2probe", "5"}) {
    WebSocket& ws = c.wire.web_socket(upgrade_query(session));
    ws.text(first);
    c.wire.until([&] { return ws.over() || !ws.messages().empty(); }, std::max<Duration>(4 * c.fast(), c.quiet()));
    if (!ws.messages().empty()) {
      return witnessed("no answer on a WebSocket where upgrades are off", fmt::format("`{}`: {}", first, heard(ws, 0)));
    }
    if (!ws.over()) {
      return violated("a WebSocket with the sid of a polling session is refused or closed",
                      fmt::format("`{}`: {}", first, heard(ws, 0)));
    }
    if (!polling_echoes(c, session, fmt::format("after {}", first))) {
      return violated("polling goes on", fmt::format("no echo on a poll after `{}`: {}", first, heard(ws, 0)));
    }
    seen += fmt::format("{}`{}`: {}", seen.empty() ? "" : "; ", first, ws.how_it_ended());
  }
  return pass(seen);
}

}  // namespace plumbline::conform::cases
