// Clients whose request's header comes a byte at a time (engine.io-protocol v4, Handshake). This case runs alone.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "cases/case_list.h"
#include "cases/engineio/answers.h"
#include "cases/steps.h"

namespace plumbline::conform::cases {
namespace {

constexpr std::size_t kSlowHeads = 200;
constexpr std::size_t kMeasured = 40;  // handshakes, while the slow ones send
constexpr Duration kShortestHeadTime = std::chrono::milliseconds{500};
constexpr Duration kLongestHeadTime = std::chrono::seconds{10};

struct Speed {
  Duration median{};
  Duration most{};  // nine of ten take no longer
  std::size_t opened{0};
};

std::string text_of(const Speed& speed) {
  return fmt::format("{} handshakes, half within {}, nine of ten within {}", kMeasured, ms_text(speed.median),
                     ms_text(speed.most));
}

// Handshakes that begin evenly within `phase`, none waiting for another.
Speed measure(Context& c, Duration phase) {
  std::vector<HttpExchange*> asked;
  std::vector<Time> begun;
  const Time start = c.clock.now();
  while (asked.size() < kMeasured) {
    begun.push_back(c.clock.now());
    asked.push_back(&c.wire.http("GET", kPollingHandshake));
    const Duration next = start + phase * asked.size() / kMeasured - c.clock.now();
    c.wire.pump_for(std::max(next, Duration::zero()));
  }
  c.wire.until([&] { return std::all_of(asked.begin(), asked.end(), [](auto* one) { return one->done(); }); },
               c.answer_bound());
  Speed speed;
  std::vector<Duration> took;
  const Time end = c.clock.now();
  for (std::size_t i = 0; i < kMeasured; ++i) {
    speed.opened += is_open(*asked[i]) ? 1U : 0U;
    took.push_back((asked[i]->answer() != nullptr ? asked[i]->answer()->at : end) - begun[i]);
  }
  std::sort(took.begin(), took.end());
  speed.median = took[kMeasured / 2];
  speed.most = took[kMeasured * 9 / 10];
  return speed;
}

// The header of a handshake, a byte at a time until the target ends it.
struct Slow {
  HttpExchange* request;
  Time begun;
};

Time end_of(const HttpExchange& request) {
  return request.answer() != nullptr ? request.answer()->at : request.ended_at();
}

std::vector<Slow> begin_slow(Context& c, Duration between) {
  auto slow = std::make_shared<std::vector<Slow>>();
  const std::string head = c.wire.request_head("GET", kPollingHandshake);
  for (std::size_t i = 0; i < kSlowHeads; ++i) {
    slow->push_back({&c.wire.http_raw(head.substr(0, 1)), c.clock.now()});
  }
  auto sent = std::make_shared<std::size_t>(1);
  const Time start = c.clock.now();
  Medium& medium = c.wire.medium();
  c.wire.on_round([slow, sent, start, between, head, &medium] {
    // Never the last of them: this header has no end.
    while (*sent < head.size() && medium.time() >= start + between * *sent) {
      for (const Slow& one : *slow) {
        if (!one.request->ended()) {
          one.request->more(std::string_view(head).substr(*sent, 1));
        }
      }
      ++*sent;
    }
  });
  return *slow;
}

// Were they ended by the time limit, and by nothing else?
Finding cut_off(Context& c, const std::vector<Slow>& slow, Duration limit) {
  const auto over = [&] {
    return std::all_of(slow.begin(), slow.end(), [](const Slow& one) { return one.request->done(); });
  };
  const std::string expected = fmt::format("slow headers are cut off {} after they began", ms_text(limit));
  if (!c.wire.until(over, 2 * limit + c.slack_now(slow.front().begun))) {
    const auto open = std::count_if(slow.begin(), slow.end(), [](const Slow& one) { return !one.request->done(); });
    return violated(expected, fmt::format("{} of {} still open after {}", open, kSlowHeads,
                                          ms_text(c.clock.now() - slow.front().begun)));
  }
  Finding worst_seen = pass("");
  Duration longest{};
  for (const Slow& one : slow) {
    const Duration after = end_of(*one.request) - one.begun;
    longest = std::max(longest, after);
    const std::string seen =
        fmt::format("one ended after {}: {}", ms_text(after), describe(*one.request, c.answer_bound()));
    if (one.request->answer() != nullptr && one.request->answer()->status < 400) {
      return witnessed(expected, seen);
    }
    const Placement where =
        c.place_span(one.begun, end_of(*one.request), {limit * 4 / 5, limit + c.slack_now(one.begun)});
    worst_seen = worst(worst_seen, judge_placement(where, expected, seen));
  }
  if (worst_seen.kind == Finding::Kind::took && worst_seen.alternative == "A") {
    worst_seen.observed = fmt::format("{} slow headers cut off, the last after {}", kSlowHeads, ms_text(longest));
  }
  return worst_seen;
}

}  // namespace

Finding eio_hs_31_a(Context& c) {
  const auto declared = c.target.timing.head_timeout;
  if (!declared || *declared < kShortestHeadTime || *declared > kLongestHeadTime) {
    return not_applicable(
        fmt::format("timing.head_timeout_ms from {:.0f} to {:.0f}", to_ms(kShortestHeadTime), to_ms(kLongestHeadTime)));
  }
  const Duration phase = *declared * 7 / 10;  // none is cut off meanwhile
  const Speed usual = measure(c, phase);
  if (usual.opened < kMeasured) {
    return unmet("EIO-HS-01", fmt::format("{} open packets", kMeasured), fmt::format("{}", usual.opened));
  }
  const Time since = c.clock.now();
  const std::vector<Slow> slow = begin_slow(c, *declared / 10);
  const Speed beside = measure(c, phase);
  // Nearly: five times as long, or what a machine's jitter makes of a short time.
  const Duration bound = std::max(5 * usual.most, c.slack_now(since));
  const std::string seen =
      fmt::format("before: {}; beside {} slow clients: {}", text_of(usual), kSlowHeads, text_of(beside));
  if (beside.most > bound || beside.opened < kMeasured) {
    for (const Slow& one : slow) {
      one.request->abort();
    }
    const Speed after = measure(c, phase);
    // Half of them, and quick again once the slow ones are gone: that is no machine that stood still.
    const bool certain = beside.median > bound && after.most <= bound;
    return (certain ? witnessed : violated)(
        fmt::format("nine of ten handshakes within {}, five times as long as usual", ms_text(bound)),
        seen + "; when they are gone: " + text_of(after));
  }
  Finding cut = cut_off(c, slow, *declared);
  cut.observed += "; " + seen;
  return cut;
}

}  // namespace plumbline::conform::cases
