// Whether the generator itself was fit to measure: signals of one second -> reasons; all seconds -> verdict.
// Pure; thresholds are printed and are not scenario keys (loadgen.md, T6). Stage: watch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plumbline/history/run_result.h"

namespace plumbline::load {

struct Thresholds {
  double slip_p99_ms{1};       // max(1 ms, 5 % of the tightest latency gate)
  double lag_ms{20};           // one loop iteration or heartbeat this late stands for a stall
  double busy{0.85};           // CPU of the loop thread
  double runnable_wait{0.02};  // waiting for a CPU, when it also shows in slip or lag
  double runnable_wait_hard{0.2};
  double flagged_share{0.05};  // of the measured windows: beyond it INVALID
  double offered_share{0.99};  // of the planned arrivals, started within 1 s of their time: below it INVALID
  std::size_t queue{10'000};   // calls waiting inside the generator
};

// `tightest_gate_ms` may be infinite: no latency gate.
[[nodiscard]] Thresholds thresholds_for(double tightest_gate_ms);

// What was seen in one second; absent: this machine cannot tell.
struct WindowSignals {
  bool measured{true};
  std::uint64_t slips{0};  // operations started in this second
  double slip_p99_ms{0};
  double lag_p99_ms{0};  // of the loop's 10 ms heartbeat
  double lag_max_ms{0};
  double busy{0};              // 0..1, CPU time of the loop thread / wall time
  double longest_stall_ms{0};  // seen by the watchdog thread: the machine stood still, not our loop
  std::optional<double> throttled_ms;
  std::optional<double> runnable_wait;
  std::size_t queue_depth{0};
};

// Empty: the window is sound. Otherwise one sentence per reason, numbers included.
[[nodiscard]] std::vector<std::string> judge_window(const WindowSignals& signals, const Thresholds& thresholds);

struct GeneratorVerdict {
  history::Generator verdict{history::Generator::valid};
  std::vector<std::string> reasons;
  std::uint64_t flagged{0};
  std::uint64_t measured{0};
};

struct WindowVerdict {
  bool measured{true};
  std::vector<std::string> reasons;
};

// `on_time`: planned arrivals that started within 1 s of their time.
[[nodiscard]] GeneratorVerdict judge_generator(const std::vector<WindowVerdict>& windows, std::uint64_t planned,
                                               std::uint64_t on_time, const Thresholds& thresholds);

}  // namespace plumbline::load
