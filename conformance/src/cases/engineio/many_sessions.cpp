// Ten thousand idle sessions (engine.io-protocol v4, Heartbeat). This case runs alone.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "cases/case_list.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

constexpr std::size_t kSessions = 10'000;
constexpr std::size_t kGroups = 100;  // begun one after the other, over one interval
constexpr Duration kShortestInterval = std::chrono::seconds{5};
constexpr Duration kLongestInterval = std::chrono::seconds{60};

bool joined(const WebSocket& ws) {
  const auto& messages = ws.messages();
  return std::any_of(messages.begin(), messages.end(), [](const auto& one) { return one.payload.starts_with("40"); });
}

// A group at a time, each a hundredth of the interval behind the one before, or when that is there.
Stop begin_all(Context& c, std::vector<WebSocket*>& sessions) {
  const Time start = c.clock.now();
  for (std::size_t group = 1; group <= kGroups; ++group) {
    const std::size_t first = sessions.size();
    while (sessions.size() < kSessions / kGroups * group) {
      WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
      ws.text("40");
      sessions.push_back(&ws);
    }
    const auto newest = sessions.begin() + static_cast<std::ptrdiff_t>(first);
    const auto there = [&] {
      return std::all_of(newest, sessions.end(), [](const WebSocket* ws) { return joined(*ws) || ws->over(); });
    };
    c.wire.until(there, 2 * c.answer_bound());
    const auto missing = std::find_if(newest, sessions.end(), [](const WebSocket* ws) { return !joined(*ws); });
    if (missing != sessions.end()) {
      const std::string expected = fmt::format("{} sessions at a time", kSessions);
      const std::string seen = fmt::format("{} were there; then: {}", first, heard(**missing, 0));
      return unmet((*missing)->messages().empty() ? "EIO-HS-04" : "SIO-CO-01", expected, seen);
    }
    const Duration next = start + c.target.timing.ping_interval * group / kGroups - c.clock.now();
    c.wire.pump_for(std::max(next, Duration::zero()));
  }
  return std::nullopt;
}

// Most of these times that lie within any span of this length.
std::size_t most_within(std::vector<Time> times, Duration span) {
  std::sort(times.begin(), times.end());
  std::size_t most = 0;
  std::size_t first = 0;
  for (std::size_t last = 0; last < times.size(); ++last) {
    while (times[last] - times[first] > span) {
      ++first;
    }
    most = std::max(most, last - first + 1);
  }
  return most;
}

}  // namespace

Finding eio_hb_13_a(Context& c) {
  const Duration interval = c.target.timing.ping_interval;
  if (interval < kShortestInterval || interval > kLongestInterval) {
    return not_applicable(fmt::format("a ping interval from {} to {}: many sessions take time to begin",
                                      ms_text(kShortestInterval), ms_text(kLongestInterval)));
  }
  std::vector<WebSocket*> sessions;
  if (auto stop = begin_all(c, sessions)) {
    return *stop;
  }
  const auto pinged = [](const WebSocket* ws) {
    return !ws->pings().empty();
  };
  c.wire.until([&] { return std::all_of(sessions.begin(), sessions.end(), pinged); }, interval + c.answer_bound());
  std::vector<Time> begun;
  std::vector<Time> pings;
  std::size_t missed = 0;
  std::size_t early = 0;
  for (const WebSocket* ws : sessions) {
    begun.push_back(ws->messages().front().at);
    if (!pinged(ws) || ws->pings().front() - begun.back() > interval + c.answer_bound()) {
      ++missed;
    } else {
      pings.push_back(ws->pings().front());
      early += pings.back() - begun.back() < interval * 19 / 20 ? 1U : 0U;
    }
  }
  if (missed > 0) {
    return violated(
        fmt::format("a ping of each session within {} of its beginning", ms_text(interval + c.answer_bound())),
        fmt::format("{} of {} sessions had none", missed, kSessions));
  }
  // Twice as close as the sessions began, and not more.
  const std::size_t begun_at_most = most_within(begun, interval / 10);
  const std::size_t at_most = most_within(pings, interval / 10);
  const std::string seen = fmt::format("{} sessions, at most {} begun and {} pinged within {}", kSessions,
                                       begun_at_most, at_most, ms_text(interval / 10));
  if (at_most <= 2 * begun_at_most) {
    return pass(seen);
  }
  // A machine that stood still makes pings late, never this many of them early.
  const bool certain = early > kSessions / 10;
  return (certain ? witnessed : violated)(
      fmt::format("within {} at most {} first pings", ms_text(interval / 10), 2 * begun_at_most), seen);
}

}  // namespace plumbline::conform::cases
