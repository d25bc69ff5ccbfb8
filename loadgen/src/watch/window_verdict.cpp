#include "watch/window_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace plumbline::load {

Thresholds thresholds_for(double tightest_gate_ms) {
  Thresholds thresholds;
  if (std::isfinite(tightest_gate_ms)) {
    thresholds.slip_p99_ms = std::max(1.0, tightest_gate_ms * 0.05);
  }
  // A loop that stands still receives late as well as it sends late: the same share of the gate counts, but a single
  // heartbeat is one sample in a hundred, so the bound is on a stall that would move a p99.
  thresholds.lag_ms = std::max(20.0, 4 * thresholds.slip_p99_ms);
  return thresholds;
}

std::vector<std::string> judge_window(const WindowSignals& signals, const Thresholds& limit) {
  std::vector<std::string> reasons;
  const bool stalled = signals.longest_stall_ms > std::max(limit.lag_ms / 2, signals.lag_max_ms / 2);
  const std::string who =
      stalled ? fmt::format(" (the machine stood still for {:.1f} ms)", signals.longest_stall_ms) : "";
  if (signals.slips > 0 && signals.slip_p99_ms > limit.slip_p99_ms) {
    reasons.push_back(
        fmt::format("send slip p99 {:.2f} ms > {:.2f} ms{}", signals.slip_p99_ms, limit.slip_p99_ms, who));
  }
  if (signals.lag_max_ms > limit.lag_ms) {
    reasons.push_back(fmt::format("event loop late by {:.1f} ms > {:.0f} ms{}", signals.lag_max_ms, limit.lag_ms, who));
  }
  if (signals.busy > limit.busy) {
    reasons.push_back(fmt::format("event loop {:.0f} % busy > {:.0f} %", signals.busy * 100, limit.busy * 100));
  }
  if (const double throttled = signals.throttled_ms.value_or(0); throttled > 0) {
    reasons.push_back(fmt::format("CPU quota throttled the generator for {:.1f} ms", throttled));
  }
  const double wait = signals.runnable_wait.value_or(0);
  const double visible = std::max(signals.slip_p99_ms, signals.lag_p99_ms);
  if (wait > limit.runnable_wait_hard || (wait > limit.runnable_wait && visible > limit.slip_p99_ms / 2)) {
    reasons.push_back(
        fmt::format("waited for a CPU {:.1f} % of the time > {:.0f} %", wait * 100,
                    (wait > limit.runnable_wait_hard ? limit.runnable_wait_hard : limit.runnable_wait) * 100));
  }
  if (signals.queue_depth > limit.queue) {
    reasons.push_back(fmt::format("{} calls queued inside the generator > {}", signals.queue_depth, limit.queue));
  }
  return reasons;
}

GeneratorVerdict judge_generator(const std::vector<WindowVerdict>& windows, std::uint64_t planned,
                                 std::uint64_t on_time, const Thresholds& limit) {
  GeneratorVerdict result;
  std::vector<std::string> first_reasons;
  for (const WindowVerdict& window : windows) {
    result.measured += window.measured ? 1U : 0U;
    if (window.measured && !window.reasons.empty()) {
      ++result.flagged;
      if (first_reasons.size() < 3) {
        first_reasons.push_back(window.reasons.front());
      }
    }
  }
  const double share =
      result.measured == 0 ? 0 : static_cast<double>(result.flagged) / static_cast<double>(result.measured);
  const double offered = planned == 0 ? 1 : static_cast<double>(on_time) / static_cast<double>(planned);
  if (result.flagged > 0) {
    result.verdict = share > limit.flagged_share ? history::Generator::invalid : history::Generator::degraded;
    result.reasons.push_back(fmt::format("{} of {} measured seconds flagged ({:.1f} %, limit {:.0f} %)", result.flagged,
                                         result.measured, share * 100, limit.flagged_share * 100));
    result.reasons.insert(result.reasons.end(), first_reasons.begin(), first_reasons.end());
  }
  if (offered < limit.offered_share) {
    result.verdict = history::Generator::invalid;
    result.reasons.insert(result.reasons.begin(),
                          fmt::format("offered {} of {} planned arrivals in time ({:.1f} %, limit {:.0f} %)", on_time,
                                      planned, offered * 100, limit.offered_share * 100));
  }
  return result;
}

}  // namespace plumbline::load
