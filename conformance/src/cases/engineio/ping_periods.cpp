#include "cases/engineio/ping_periods.h"

#include <fmt/format.h>

namespace plumbline::conform::cases {
namespace {

Window period_window(const Context& c) {
  const Duration interval = c.target.timing.ping_interval;
  return {interval - interval / 20, interval + slack(Duration::zero(), Duration::zero())};
}

// Too early after each ping before it. Of the first gap the ping behind it tells whether it was short or began late.
bool early_after_all(const Context& c, const std::vector<Time>& pings, std::size_t i, Duration earliest) {
  for (std::size_t before = 0; before < i; ++before) {
    const Window window{earliest * static_cast<int>(i - before), Duration::max() / 4};
    if (c.place_span(pings[before], pings[i], window) != Placement::early) {
      return false;
    }
  }
  return i > 1 || pings.size() == 2 || early_after_all(c, pings, 2, earliest);
}

}  // namespace

Finding judge_periods(const Context& c, const std::vector<Time>& pings, const std::vector<Time>& answered) {
  const Window window = period_window(c);
  std::string gaps;
  std::size_t doubtful = 0;
  std::vector<std::string> wrong;
  for (std::size_t i = 1; i < pings.size(); ++i) {
    const Duration gap = pings[i] - pings[i - 1];
    gaps += (gaps.empty() ? "" : ", ") + ms_text(gap);
    // The server may count from its ping or from our pong: late is judged from the pong, early from the ping.
    const Time pong = i - 1 < answered.size() ? answered[i - 1] : pings[i - 1];
    const Placement from_ping = c.place_span(pings[i - 1], pings[i], {window.earliest, Duration::max() / 4});
    const Placement from_pong = c.place_span(pong, pings[i], {Duration::zero(), window.latest});
    if (from_pong == Placement::late ||
        (from_ping == Placement::early && early_after_all(c, pings, i, window.earliest))) {
      wrong.push_back(fmt::format("ping {} came {} after ping {}", i + 1, ms_text(gap), i));
    }
    doubtful += from_ping != Placement::inside || from_pong == Placement::unclear ? 1 : 0;
  }
  // A wrong period is wrong every time: more than half of the gaps are, and half of them seen clearly is enough. Fewer
  // come of a ping that was late on a busy machine, which makes one gap long and the next short.
  if (2 * wrong.size() > pings.size() - 1) {
    return violated(fmt::format("a ping every {} (window {} to {})", ms_text(c.target.timing.ping_interval),
                                ms_text(window.earliest), ms_text(window.latest)),
                    wrong.front());
  }
  if (!wrong.empty()) {
    return unclear(fmt::format("gaps {}: {} among right ones", gaps, wrong.front()));
  }
  if (2 * doubtful > pings.size() - 1) {
    return unclear("gaps " + gaps + " at the edge of the window while the suite was late");
  }
  return pass("gaps " + gaps);
}

}  // namespace plumbline::conform::cases
