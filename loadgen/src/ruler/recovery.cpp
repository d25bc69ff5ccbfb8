#include "ruler/recovery.h"

#include <algorithm>
#include <cmath>

namespace plumbline::load {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kBad = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kColdStart = 5 * kSecond;
constexpr double kTau = kTaus[kHeadlineTau];
// What was sent in the last moments before a fault meets it on its way: a good send of them may have waited this long.
constexpr auto kOnItsWay = static_cast<std::int64_t>(kTau * 1e9);

struct Window {
  double p50{0}, p99{0};  // nanoseconds; infinite when a bad send falls into the quantile
  bool bad{false};
  bool empty{true};
};

std::int64_t latency_of(const SendEntry& send) {
  const std::int64_t latency = send.done_ns - send.sched_ns;
  const bool good = send.end == SendEnd::ok && static_cast<double>(latency) <= kTau * 1e9;
  return good ? latency : kBad;
}

double quantile(const std::vector<std::int64_t>& sorted, double q) {
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size())));
  const std::int64_t value = sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
  return value == kBad ? kNever : static_cast<double>(value);
}

Window window_at(const std::vector<SendEntry>& sends, std::int64_t from, std::vector<std::int64_t>& scratch) {
  const auto before = [](const SendEntry& send, std::int64_t at) {
    return send.sched_ns < at;
  };
  auto first = std::lower_bound(sends.begin(), sends.end(), from, before);
  const auto last = std::lower_bound(first, sends.end(), from + kSecond, before);
  scratch.clear();
  std::transform(first, last, std::back_inserter(scratch), latency_of);
  Window window;
  if (scratch.empty()) {
    return window;
  }
  std::sort(scratch.begin(), scratch.end());
  window.empty = false;
  window.bad = scratch.back() == kBad;
  window.p50 = quantile(scratch, 0.5);
  window.p99 = quantile(scratch, 0.99);
  return window;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Windows that end before anything of them can meet the first fault, going back to the start of the load. The worst is
// the worst of those without a bad send: noise that is an outage itself would excuse everything.
void measure_baseline(const std::vector<SendEntry>& sends, const RulerInput& input, OutageReading& into) {
  std::vector<std::int64_t> scratch;
  std::vector<double> p50s;
  std::vector<double> p99s;
  const std::int64_t end = input.faults.empty() ? input.until_ns : input.faults.front() - kOnItsWay;
  for (std::int64_t at = end - kSecond; at >= input.from_ns; at -= kSecond) {
    if (p50s.size() >= kBaselineWindows && at < input.from_ns + kColdStart) {
      break;  // the first seconds open connections and fill caches
    }
    const Window window = window_at(sends, at, scratch);
    if (!window.empty) {
      p50s.push_back(window.p50);
      p99s.push_back(window.p99);
      into.baseline_worst_p50_ms = std::max(into.baseline_worst_p50_ms, window.bad ? 0 : window.p50 / 1e6);
      into.baseline_worst_p99_ms = std::max(into.baseline_worst_p99_ms, window.bad ? 0 : window.p99 / 1e6);
    }
  }
  into.baseline_windows = p50s.size();
  if (p50s.empty()) {
    return;
  }
  into.baseline_p50_ms = median(std::move(p50s)) / 1e6;
  into.baseline_p99_ms = median(std::move(p99s)) / 1e6;
}

// First window from which ten in a row stay within the bound.
double first_steady(const std::vector<Window>& windows, double Window::*statistic, double bound) {
  std::size_t in_a_row = 0;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const Window& window = windows[i];
    const bool fine = !window.empty && !window.bad && window.*statistic <= bound;
    in_a_row = fine ? in_a_row + 1 : 0;
    if (in_a_row == kSteadyWindows) {
      return static_cast<double>(i + 1 - kSteadyWindows);
    }
  }
  return kNever;
}

Recovery recovery_of(const std::vector<Window>& windows, double Window::*statistic, double base_ms, double worst_ms) {
  Recovery recovery;
  for (std::size_t i = 0; i < kTolerances.size(); ++i) {
    const double bound = (1 + kTolerances[i]) * base_ms * 1e6;
    recovery.strict[i] = first_steady(windows, statistic, bound);
    recovery.within_noise[i] = first_steady(windows, statistic, std::max(bound, worst_ms * 1e6));
  }
  return recovery;
}

}  // namespace

void measure_recovery(const std::vector<SendEntry>& sends, const RulerInput& input, OutageReading& into) {
  measure_baseline(sends, input, into);
  if (into.baseline_windows < kBaselineWindows) {
    return;
  }
  std::vector<std::int64_t> scratch;
  for (std::size_t i = 0; i < input.faults.size(); ++i) {
    const std::int64_t end = i + 1 < input.faults.size() ? input.faults[i + 1] - kOnItsWay : input.until_ns;
    std::vector<Window> windows;
    for (std::int64_t at = input.faults[i]; at + kSecond <= end; at += kSecond) {
      windows.push_back(window_at(sends, at, scratch));
    }
    into.faults[i].p50 = recovery_of(windows, &Window::p50, into.baseline_p50_ms, into.baseline_worst_p50_ms);
    into.faults[i].p99 = recovery_of(windows, &Window::p99, into.baseline_p99_ms, into.baseline_worst_p99_ms);
  }
}

}  // namespace plumbline::load
