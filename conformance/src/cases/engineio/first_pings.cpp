#include "cases/engineio/first_pings.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "cases/context.h"

namespace plumbline::conform::cases {
namespace {

constexpr std::size_t kOneInTen = 10;

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

struct Spread {
  Duration span;                // a tenth of the interval
  std::size_t begun_at_most{};  // sessions within any such span
  std::size_t pinged_at_most{};
  std::size_t early_at_most{};
  std::size_t early{};   // pings that no lateness of the suite explains
  std::size_t missed{};  // none in time
};

Spread spread_of(const std::vector<FirstPing>& sessions, const PingBounds& bounds) {
  Spread spread{bounds.interval / 10};
  std::vector<Time> begun;
  std::vector<Time> pings;
  std::vector<Time> early;
  for (const FirstPing& one : sessions) {
    begun.push_back(one.begun);
    if (!one.at || *one.at - one.begun > bounds.interval + bounds.answer_bound) {
      ++spread.missed;
      continue;
    }
    pings.push_back(*one.at);
    if (*one.at - one.asked < bounds.interval * 19 / 20) {
      early.push_back(*one.at);
    }
  }
  spread.begun_at_most = most_within(std::move(begun), spread.span);
  spread.pinged_at_most = most_within(std::move(pings), spread.span);
  spread.early = early.size();
  spread.early_at_most = most_within(std::move(early), spread.span);
  return spread;
}

// Twice as close as the sessions began, and not more.
std::string expected_of(const Spread& spread) {
  return fmt::format("within {} at most {} first pings", ms_text(spread.span), 2 * spread.begun_at_most);
}

std::string seen_of(std::size_t sessions, const Spread& spread) {
  return fmt::format("{} sessions, at most {} begun and {} pinged within {}", sessions, spread.begun_at_most,
                     spread.pinged_at_most, ms_text(spread.span));
}

}  // namespace

std::optional<Finding> bunched_early(const std::vector<FirstPing>& sessions, const PingBounds& bounds) {
  const Spread spread = spread_of(sessions, bounds);
  if (spread.early <= sessions.size() / kOneInTen || spread.early_at_most <= 2 * spread.begun_at_most) {
    return std::nullopt;
  }
  return witnessed(expected_of(spread),
                   fmt::format("{}; {} pings were early, {} of them within {}", seen_of(sessions.size(), spread),
                               spread.early, spread.early_at_most, ms_text(spread.span)));
}

Finding judge_first_pings(const std::vector<FirstPing>& sessions, const PingBounds& bounds) {
  if (auto bunched = bunched_early(sessions, bounds)) {
    return *bunched;
  }
  const Spread spread = spread_of(sessions, bounds);
  if (spread.missed > 0) {
    return violated(fmt::format("a ping of each session within {} of its beginning",
                                ms_text(bounds.interval + bounds.answer_bound)),
                    fmt::format("{} of {} sessions had none", spread.missed, sessions.size()));
  }
  const std::string seen = seen_of(sessions.size(), spread);
  return spread.pinged_at_most <= 2 * spread.begun_at_most ? pass(seen) : violated(expected_of(spread), seen);
}

}  // namespace plumbline::conform::cases
