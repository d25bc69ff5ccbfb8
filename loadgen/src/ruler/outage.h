// How long an outage was, read from the sends of an open-loop load (failover.md b.2). Pure: histories and fault times
// in, numbers out. All times are nanoseconds of one clock. Stage: ruler.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace plumbline::load {

enum class SendEnd : std::uint8_t { ok, fail, info };  // happened, did not happen, nobody knows

struct SendEntry {
  std::int64_t sched_ns{0};  // intended start
  std::int64_t done_ns{0};
  std::uint32_t conversation{0};
  SendEnd end{SendEnd::ok};
};
static_assert(sizeof(SendEntry) == 24, "half an hour at 1,000 sends a second is 43 MB");

// A message that was acknowledged and waited for its last connected receiver.
struct Overdue {
  std::int64_t from_ns{0};
  std::int64_t to_ns{0};
};

inline constexpr std::array<double, 3> kTaus{0.25, 1.0, 5.0};  // seconds: a send that takes longer is bad
inline constexpr std::size_t kHeadlineTau = 1;                 // index of 1 s
inline constexpr std::array<double, 2> kTolerances{0.10, 0.25};
inline constexpr double kHangAfter = 10.0;  // seconds without answer or error
inline constexpr std::size_t kBaselineWindows = 30;
inline constexpr std::size_t kSteadyWindows = 10;  // this many good ones in a row end a recovery
inline constexpr double kNever = std::numeric_limits<double>::infinity();

struct RulerInput {
  std::vector<SendEntry> sends;
  std::vector<Overdue> overdue;
  std::vector<std::int64_t> faults;  // ascending: right before each one took effect
  std::int64_t from_ns{0};           // the load that counts, first second
  std::int64_t until_ns{0};          // and its end
};

struct Gap {
  double seconds{0};
  double start_s{0};  // relative to the fault; negative: the last good send before it
  bool open{false};   // no good send until the load ended
};

// Time to recover to a quantile of the fault-free windows; kNever when it did not, absent without a baseline.
struct Recovery {
  // The bound is (1 + tolerance) times the baseline.
  std::array<std::optional<double>, kTolerances.size()> strict;
  // The same for ten windows that are no worse than fault-free ones: none is slower than the slowest of those, or no
  // more of them are over the bound than of the fault-free ten with the most. What the machine's noise lets one ask.
  std::array<std::optional<double>, kTolerances.size()> within_noise;
};

struct FaultReading {
  std::array<Gap, kTaus.size()> uw_sys;                      // longest time without a good send of any conversation
  double uw_strict_s{0};                                     // first bad send to the first of ten good ones in a row
  double uw_key_p50_s{0}, uw_key_p99_s{0}, uw_key_max_s{0};  // over conversations: first bad send to the next good one
  double uw_dlv_s{0};  // longest wait of an acknowledged message for a connected receiver
  Recovery p50, p99;
  std::uint64_t sends{0}, bad{0}, failed{0}, unknown{0}, hangs{0};
  double lost_send_seconds{0};          // bad sends / rate
  std::optional<double> first_error_s;  // after the fault
  std::optional<double> first_good_s;   // end of the longest gap, if no fault-free gap is as long
  std::optional<double> caught_up_s;    // the last message that was overdue had arrived
};

struct OutageReading {
  std::array<double, kTaus.size()> fault_free_gap_s{};  // longest between good sends before the first fault
  double fault_free_overdue_s{0};
  std::size_t baseline_windows{0};
  double baseline_p50_ms{0}, baseline_p99_ms{0};  // medians over the windows
  double baseline_worst_p99_ms{0};                // of those without a bad send
  std::size_t baseline_slow_p99{0};               // most of ten in a row that were over the larger tolerance
  double rate{0};                                 // sends per second
  std::vector<FaultReading> faults;               // as RulerInput::faults
};

// Takes the input, because sorting 43 MB twice is cheaper than copying it.
[[nodiscard]] OutageReading measure_outages(RulerInput input);

// The fault that something in the middle of [from, to] belongs to: the last one before it. Nothing: before the first.
[[nodiscard]] std::optional<std::size_t> fault_of(const std::vector<std::int64_t>& faults, std::int64_t from,
                                                  std::int64_t to);

}  // namespace plumbline::load
