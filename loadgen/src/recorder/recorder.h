// Everything that is measured: histograms per second, per phase and per operation; no sampling, no clamping.
// Lives on the event loop thread. Latencies belong to the second and the phase of their intended start. Stage:
// recorder.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "plumbline/base/clock.h"
#include "plumbline/stats/histogram.h"
#include "recorder/send_log.h"
#include "scenario/scenario.h"

namespace plumbline::load {

enum class Metric : std::uint8_t { e2e, e2e_last, answer, typing, receipt, ack, catch_up, slip };
inline constexpr std::size_t kMetrics = 8;
[[nodiscard]] std::string_view to_string(Metric metric);

enum class Outcome : std::uint8_t { ok, fail, info };  // failover.md b.1: happened, did not happen, nobody knows

struct SecondRecord {
  std::uint64_t offered{0}, done{0}, errors{0}, deliveries{0};
  std::uint64_t undelivered{0}, connections{0};  // at the end of the second
  std::size_t queue_depth{0};
  double lag_p99_ms{0}, lag_max_ms{0};
  stats::Histogram e2e, answer, slip;  // `answer` holds acks where there is no REST
};

struct PhaseRecord {
  Time start{}, end{};
  bool begun{false}, ended{false};
  std::uint64_t planned{0}, offered{0}, on_time{0};
  std::uint64_t sent{0}, acked{0}, errors{0}, finished{0};
  std::array<stats::Histogram, kMetrics> latency;
};

struct StepRecord {
  std::uint64_t started{0}, ok{0}, failed{0}, unknown{0};
  stats::Histogram latency;  // from the intended start
  stats::Histogram service;  // from the actual one
};

class Recorder {
 public:
  explicit Recorder(const std::vector<Phase>& phases);

  void start(Time at);
  [[nodiscard]] Time run_start() const { return start_; }
  void begin_phase(std::uint32_t phase, Time at, std::uint64_t planned);
  void end_phase(std::uint32_t phase, Time at);
  [[nodiscard]] std::uint32_t phase_at(Time intended) const;

  void on_arrival(OpKind kind, Time intended, Time now);  // an arrival of the schedule starts
  void on_started(OpKind kind, Time intended);            // an operation that follows from another one starts
  void on_withdrawn(OpKind kind, Time intended);          // it was to follow, but the run ended first
  void on_outcome(OpKind kind, Outcome outcome, Time intended, Time began, Time done);
  void on_latency(Metric metric, Time intended, Time at);
  void on_delivery(Time at);
  void on_lag(Time at, Duration late);  // of the loop's heartbeat
  void on_gauges(Time at, std::uint64_t undelivered, std::uint64_t connections, std::size_t queue_depth);

  // Faults are planned: every send is kept for the outage ruler.
  void keep_sends() { keeps_sends_ = true; }
  void on_send(Outcome outcome, std::uint32_t conversation, Time intended, Time done, std::string_view error);
  void on_waited(Time from, Time to);
  void on_devices_back(Time from, Time to);
  void end_load(Time at) { log_.end_load(at); }
  [[nodiscard]] SendLog& send_log() { return log_; }
  [[nodiscard]] const SendLog& send_log() const { return log_; }

  // Live view of the last whole second, for progress lines.
  [[nodiscard]] const SecondRecord& second_before(Time now);

  [[nodiscard]] const std::deque<SecondRecord>& seconds() const { return seconds_; }
  [[nodiscard]] const std::vector<PhaseRecord>& phases() const { return phases_; }
  [[nodiscard]] const std::array<StepRecord, kOpKinds>& steps() const { return steps_; }
  // Whether second `index` of the run lies wholly inside measured phases.
  [[nodiscard]] bool measured_second(std::size_t index) const;
  // One metric over all measured phases, or over those of one name.
  [[nodiscard]] stats::Histogram total(Metric metric, std::string_view phase = {}) const;
  [[nodiscard]] const Phase& phase_of(std::size_t index) const { return declared_[index]; }

 private:
  SecondRecord& second(Time at);
  void close_lags(std::size_t until);

  std::vector<Phase> declared_;
  std::vector<PhaseRecord> phases_;
  std::array<StepRecord, kOpKinds> steps_{};
  std::deque<SecondRecord> seconds_;
  std::deque<stats::Histogram> lags_;  // beside seconds_, until the second is over
  std::size_t lags_closed_{0};
  SendLog log_;
  bool keeps_sends_{false};
  Time start_{};
};

}  // namespace plumbline::load
