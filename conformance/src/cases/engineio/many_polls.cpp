// A thousand polling clients that wait (engine.io-protocol v4, HTTP long-polling). This case runs alone.
#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "cases/case_list.h"
#include "cases/steps.h"
#include "cases/watching.h"

namespace plumbline::conform::cases {
namespace {

constexpr std::size_t kPolls = 1'000;
constexpr Duration kIdleFor = std::chrono::seconds{2};
constexpr Duration kMostUsed = kIdleFor / 20;
constexpr Duration kAnsweredWithin = std::chrono::seconds{1};

// All of them joined, with a poll that nothing has answered for a while.
Stop open_waiting(Context& c, std::deque<Polling>& sessions) {
  for (std::size_t i = 0; i < kPolls; ++i) {
    Polling& session = sessions.emplace_back(c);
    if (auto stop = session.open()) {
      return stop;
    }
    if (auto stop = session.join()) {
      return stop;
    }
  }
  c.wire.pump_for(2 * c.quiet());
  const bool waiting = std::all_of(sessions.begin(), sessions.end(), [](const Polling& session) {
    return !session.dead() && session.parked() != nullptr && !session.parked()->done();
  });
  if (!waiting) {
    return unmet("EIO-PO-06", fmt::format("{} polls that wait", kPolls), "some were answered");
  }
  return std::nullopt;
}

// What a quiet while costs; violated when it is much.
Finding idle(Context& c) {
  const auto before = c.wire.medium().process();
  const Time since = c.clock.now();
  c.wire.pump_for(kIdleFor);
  const auto after = c.wire.medium().process();
  if (!before || !after) {
    return unseen();
  }
  const Duration used = after->cpu - before->cpu;
  const std::string seen = fmt::format("{} of processor time in {} with {} waiting polls", ms_text(used),
                                       ms_text(c.clock.now() - since), kPolls);
  return used <= kMostUsed ? pass(seen) : witnessed(fmt::format("at most {}", ms_text(kMostUsed)), seen);
}

// One event to all of them, and how long it took until the last one had it.
Finding all_answered(Context& c, std::deque<Polling>& sessions) {
  WebSocket* ws = nullptr;
  if (auto stop = open_joined(c, ws)) {
    return *stop;
  }
  const std::string word = "all-" + sessions.front().sid();
  const std::string expected = fmt::format(R"(42["bcast","{}"])", word);
  const Time sent = c.clock.now();
  ws->text(expected);
  std::size_t told = 0;
  const auto all = [&] {
    told = static_cast<std::size_t>(std::count_if(sessions.begin(), sessions.end(), [&](const Polling& session) {
      return !session.packets().empty() && session.packets().back() == expected;
    }));
    return told == kPolls || ws->over();
  };
  c.wire.until(all, kAnsweredWithin + c.answer_bound());
  const Time last = c.clock.now();
  const std::string seen = fmt::format("{} of {} polls had the broadcast after {}", told, kPolls, ms_text(last - sent));
  const std::string within = fmt::format("a broadcast answers all polls within {}", ms_text(kAnsweredWithin));
  if (told < kPolls) {
    return violated(within, seen);
  }
  return judge_both_sides(c.place_span(sent, last, {Duration::zero(), kAnsweredWithin + c.slack_now(sent)}), within,
                          seen);
}

}  // namespace

Finding eio_po_12_a(Context& c) {
  std::deque<Polling> sessions;
  if (auto stop = open_waiting(c, sessions)) {
    return *stop;
  }
  Finding found = idle(c);
  if (found.kind != Finding::Kind::took) {
    return found;
  }
  Finding answered = all_answered(c, sessions);
  answered.observed = found.observed + "; " + answered.observed;
  return answered;
}

}  // namespace plumbline::conform::cases
