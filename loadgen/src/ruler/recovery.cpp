#include "ruler/recovery.h"

#include <algorithm>
#include <array>
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

using Statistic = double Window::*;

// Of the fault-free windows, in nanoseconds.
struct Baseline {
  double median{0};
  double worst{0};
  std::array<std::size_t, kTolerances.size()> slow{};  // most of ten in a row that were over each tolerance
};

bool is_good(const Window& window) {
  return !window.empty && !window.bad;
}

// The most of ten in a row that were slower than the bound. One with a bad send does not count: noise that is an outage
// itself would excuse everything.
std::size_t most_slow(const std::vector<Window>& windows, Statistic statistic, double bound) {
  const auto slow = [&](const Window& window) {
    return is_good(window) && window.*statistic > bound;
  };
  std::size_t most = 0;
  for (auto first = windows.begin(); std::distance(first, windows.end()) >= std::ptrdiff_t{kSteadyWindows}; ++first) {
    most = std::max(most, static_cast<std::size_t>(std::count_if(first, first + kSteadyWindows, slow)));
  }
  return most;
}

Baseline baseline_of(const std::vector<Window>& windows, Statistic statistic) {
  Baseline base;
  std::vector<double> values;
  for (const Window& window : windows) {
    values.push_back(window.*statistic);
    base.worst = std::max(base.worst, window.bad ? 0 : window.*statistic);
  }
  std::sort(values.begin(), values.end());
  base.median = values[values.size() / 2];
  for (std::size_t i = 0; i < kTolerances.size(); ++i) {
    base.slow[i] = most_slow(windows, statistic, (1 + kTolerances[i]) * base.median);
  }
  return base;
}

// Windows that end before anything of them can meet the first fault, going back to the start of the load.
std::vector<Window> fault_free_windows(const std::vector<SendEntry>& sends, const RulerInput& input) {
  std::vector<std::int64_t> scratch;
  std::vector<Window> windows;
  const std::int64_t end = input.faults.empty() ? input.until_ns : input.faults.front() - kOnItsWay;
  for (std::int64_t at = end - kSecond; at >= input.from_ns; at -= kSecond) {
    if (windows.size() >= kBaselineWindows && at < input.from_ns + kColdStart) {
      break;  // the first seconds open connections and fill caches
    }
    const Window window = window_at(sends, at, scratch);
    if (!window.empty) {
      windows.push_back(window);
    }
  }
  return windows;
}

// First of ten windows in a row without a bad send that are `alike`, given how many of them are slow and the slowest.
template <class Alike>
double first_steady(const std::vector<Window>& windows, Statistic statistic, double bound, const Alike& alike) {
  for (auto first = windows.begin(); std::distance(first, windows.end()) >= std::ptrdiff_t{kSteadyWindows}; ++first) {
    const auto last = first + kSteadyWindows;
    std::size_t slow = 0;
    double worst = 0;
    for (auto window = first; window != last; ++window) {
      slow += (*window).*statistic > bound ? 1U : 0U;
      worst = std::max(worst, (*window).*statistic);
    }
    if (std::all_of(first, last, is_good) && alike(slow, worst)) {
      return static_cast<double>(first - windows.begin());
    }
  }
  return kNever;
}

Recovery recovery_of(const std::vector<Window>& windows, Statistic statistic, const Baseline& base) {
  Recovery recovery;
  for (std::size_t i = 0; i < kTolerances.size(); ++i) {
    const double bound = (1 + kTolerances[i]) * base.median;
    recovery.strict[i] = first_steady(windows, statistic, bound, [](std::size_t slow, double) { return slow == 0; });
    recovery.within_noise[i] = first_steady(windows, statistic, bound, [&](std::size_t slow, double worst) {
      return slow <= base.slow[i] || worst <= base.worst;
    });
  }
  return recovery;
}

}  // namespace

void measure_recovery(const std::vector<SendEntry>& sends, const RulerInput& input, OutageReading& into) {
  const std::vector<Window> fault_free = fault_free_windows(sends, input);
  into.baseline_windows = fault_free.size();
  if (fault_free.empty()) {
    return;
  }
  const Baseline p50 = baseline_of(fault_free, &Window::p50);
  const Baseline p99 = baseline_of(fault_free, &Window::p99);
  into.baseline_p50_ms = p50.median / 1e6;
  into.baseline_p99_ms = p99.median / 1e6;
  into.baseline_worst_p99_ms = p99.worst / 1e6;
  into.baseline_slow_p99 = p99.slow.back();
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
    into.faults[i].p50 = recovery_of(windows, &Window::p50, p50);
    into.faults[i].p99 = recovery_of(windows, &Window::p99, p99);
  }
}

}  // namespace plumbline::load
