// Ten thousand idle sessions (engine.io-protocol v4, Heartbeat). This case runs alone.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "cases/case_list.h"
#include "cases/engineio/first_pings.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

constexpr std::size_t kSessions = 10'000;
constexpr std::size_t kGroups = 100;  // begun one after the other, over one interval
constexpr Duration kShortestInterval = std::chrono::seconds{5};
constexpr Duration kLongestInterval = std::chrono::seconds{60};

struct Session {
  WebSocket* ws;
  Time asked;
};

bool joined(const WebSocket& ws) {
  const auto& messages = ws.messages();
  return std::any_of(messages.begin(), messages.end(), [](const auto& one) { return one.payload.starts_with("40"); });
}

// A group at a time, each a hundredth of the interval behind the one before, or when that is there.
Stop begin_all(Context& c, std::vector<Session>& sessions) {
  const Time start = c.clock.now();
  for (std::size_t group = 1; group <= kGroups; ++group) {
    const std::size_t first = sessions.size();
    while (sessions.size() < kSessions / kGroups * group) {
      const Time asked = c.wire.medium().time();
      WebSocket& ws = c.wire.web_socket(kWebSocketHandshake);
      ws.text("40");
      sessions.push_back({&ws, asked});
    }
    const auto newest = sessions.begin() + static_cast<std::ptrdiff_t>(first);
    const auto there = [&] {
      return std::all_of(newest, sessions.end(), [](const Session& one) { return joined(*one.ws) || one.ws->over(); });
    };
    c.wire.until(there, 2 * c.answer_bound());
    const auto missing = std::find_if(newest, sessions.end(), [](const Session& one) { return !joined(*one.ws); });
    if (missing != sessions.end()) {
      const std::string expected = fmt::format("{} sessions at a time", kSessions);
      const std::string seen = fmt::format("{} were there; then: {}", first, heard(*missing->ws, 0));
      return unmet(missing->ws->messages().empty() ? "EIO-HS-04" : "SIO-CO-01", expected, seen);
    }
    const Duration next = start + c.target.timing.ping_interval * group / kGroups - c.clock.now();
    c.wire.pump_for(std::max(next, Duration::zero()));
  }
  return std::nullopt;
}

// Those that began, each with its first ping.
std::vector<FirstPing> first_pings(const std::vector<Session>& sessions) {
  std::vector<FirstPing> all;
  for (const Session& one : sessions) {
    if (joined(*one.ws)) {
      const auto& pings = one.ws->pings();
      all.push_back(
          {one.asked, one.ws->messages().front().at, pings.empty() ? std::nullopt : std::optional(pings.front())});
    }
  }
  return all;
}

}  // namespace

Finding eio_hb_13_a(Context& c) {
  const Duration interval = c.target.timing.ping_interval;
  if (interval < kShortestInterval || interval > kLongestInterval) {
    return not_applicable(fmt::format("a ping interval from {} to {}: many sessions take time to begin",
                                      ms_text(kShortestInterval), ms_text(kLongestInterval)));
  }
  std::vector<Session> sessions;
  const Stop stop = begin_all(c, sessions);
  const PingBounds bounds{interval, c.answer_bound()};
  // Where a busy machine let not all begin, those that did may show what is wrong all the same.
  if (stop && first_pings(sessions).size() < kSessions / 10) {
    return *stop;
  }
  const auto pinged = [](const Session& one) {
    return !joined(*one.ws) || !one.ws->pings().empty();
  };
  c.wire.until([&] { return std::all_of(sessions.begin(), sessions.end(), pinged); }, interval + c.answer_bound());
  if (stop) {
    return bunched_early(first_pings(sessions), bounds).value_or(*stop);
  }
  return judge_first_pings(first_pings(sessions), bounds);
}

}  // namespace plumbline::conform::cases
