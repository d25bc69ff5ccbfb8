// One result model for every verb that judges: load and conform fill it, summary.json stores it, reports render it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plumbline/base/exit_code.h"
#include "plumbline/base/result.h"

namespace plumbline::history {

enum class Generator { valid, degraded, invalid };  // can the numbers be believed?
enum class Outcome { pass, fail, unknown };         // what do they say?

struct GateResult {
  std::string name;   // as in the scenario: "e2e.p95"
  std::string bound;  // "< 250 ms"
  std::string value;  // "8.4 ms"
  Outcome outcome{Outcome::unknown};
  std::string note;  // interval, phase, why unknown
};

struct Quantiles {
  double p50{0}, p95{0}, p99{0}, max{0}, mean{0};  // milliseconds
  std::uint64_t count{0};
  double error_ms{0};  // half width of what the p99 may be off: histogram + schedule slip
};

struct AnomalyExample {
  std::string anomaly;  // hyphenated name
  std::string message_id;
  std::string text;
  std::vector<std::string> neighbours{};  // the messages around it, one line each: a minimal counterexample
};

struct FaultEvent {  // what happened to a part of the target
  std::string what, process, role;
  double at_s{0};
};

// One fault of a run. Times ending in _s are seconds of the run where the name says at or until, else seconds after the
// fault; absent: it never came to that.
struct FaultRow {
  std::uint64_t number{0};
  std::string action, role, process, phase;
  double phase_offset_s{0};
  bool struck{false};  // false: it did not take place, `error` says why
  std::string error;
  double at_s{0}, late_s{0}, window_end_s{0};
  std::optional<double> undone_s, healthy_s;  // of the run: healing began; everything accepted work again
  double uw_sys_s{0}, uw_sys_quarter_s{0}, uw_sys_five_s{0};  // longest time without a good send: tau 1, 0.25, 5 s
  double uw_start_s{0};
  bool uw_open{false};  // no good send came any more
  double uw_strict_s{0}, uw_key_p50_s{0}, uw_key_p99_s{0}, uw_key_max_s{0}, uw_dlv_s{0};
  bool ttr_measured{false};  // false: no fault-free baseline
  std::optional<double> ttr_p50_s, ttr_p99_s, ttr_p99_strict_s, ttr_p99_strict_tenth_s;
  std::optional<double> detect_s, elected_s, sends_back_s, devices_back_s, caught_up_s;
  std::uint64_t sends{0}, bad{0}, failed{0}, unknown{0}, hangs{0};
  double lost_send_seconds{0};
  double stall_ms{0};  // the machine stood still while it lasted
  std::vector<FaultEvent> events;
};

// What holds for all faults of a run.
struct OutageSummary {
  std::uint64_t planned{0}, struck{0};
  double rate_per_s{0};
  double fault_free_gap_s{0}, fault_free_overdue_s{0};
  std::uint64_t baseline_seconds{0};
  double baseline_p50_ms{0}, baseline_p99_ms{0}, baseline_worst_p99_ms{0};
  std::uint64_t baseline_slow_p99{0};  // most of ten fault-free seconds in a row that were over the p99's tolerance
  double unseen_max{0}, unseen_integral{0};  // acknowledged, not yet delivered: messages, message-seconds
  std::uint64_t at_risk{0};                  // acknowledged in the last 50 ms before a fault
  std::optional<double> kafka_lag_max_s;     // over all consumer groups and instances
  bool incomplete{false};
  std::map<std::string, std::uint64_t> errors;  // what the target or the network answered instead of success
};

struct PhaseRow {
  std::string name;
  double start_s{0}, end_s{0};
  bool measured{true};
  std::uint64_t offered{0}, sent{0}, acked{0}, errors{0};
  Quantiles e2e, answer;
};

struct StepRow {  // one kind of operation: send, typing, read, history, presence, reconnect, ack
  std::string name;
  std::uint64_t started{0}, ok{0}, failed{0}, unknown{0};
  Quantiles latency;  // from the intended start
  Quantiles service;  // from the actual start
};

// One point per second of the run; every plot of the report has this time axis.
struct Second {
  double t{0};
  double offered{0}, done{0}, errors{0}, deliveries{0};
  std::optional<double> e2e_p50, e2e_p95, e2e_p99, answer_p99, slip_p99;  // ms, absent when nothing was measured
  double undelivered{0}, connections{0};
  double generator_cpu{0}, target_cpu{0};  // percent of one core
  double generator_rss_mb{0}, target_rss_mb{0};
  std::optional<double> kafka_lag;  // seconds
  bool flagged{false};
  std::string flag_reason;
};

struct PercentilePoint {
  double q{0};  // 0..1
  double ms{0};
};

struct ClauseResult {  // conform only
  std::string id, title, level, verdict, expected, observed, evidence, reproduce, reason, blocked_by, text;
  double duration_ms{0};
};

struct RunResult {
  std::string schema{"plumbline/summary/1"};
  std::string verb;                                         // load | conform
  std::string name, question, target, version, started_at;  // started_at ISO-8601
  std::string sentence;                                     // the verdict in one sentence, what broke first
  std::string again;                                        // the command that runs it again
  Outcome outcome{Outcome::unknown};
  Generator generator{Generator::valid};
  std::vector<std::string> generator_reasons;
  ExitCode exit_code{ExitCode::no_judgement};
  std::string reason;  // machine-readable: "gates", "anomalies", "generator", ... empty on success
  std::uint64_t seed{0};
  std::uint64_t sent{0}, acked{0}, failed{0}, unknown{0}, expected_deliveries{0}, deliveries{0};
  std::uint64_t indeterminate_committed{0};
  std::map<std::string, std::uint64_t> anomalies;  // every known name, zeros included
  std::vector<AnomalyExample> examples;
  std::vector<FaultRow> faults;  // those that struck by time, then those left out
  OutageSummary outage;
  std::map<std::string, Quantiles> latency_ms;  // e2e, e2e_last, answer, typing, receipt, ack, slip, ...
  std::vector<GateResult> gates;
  std::vector<PhaseRow> phases;
  std::vector<StepRow> steps;
  std::vector<Second> seconds;
  std::vector<PercentilePoint> e2e_curve;
  std::map<std::string, std::string> generator_facts;  // thresholds and measured values, printable
  std::map<std::string, std::string> environment;      // host, kernel, cores, clock, ...
  std::vector<ClauseResult> clauses;
  std::string configuration;  // scenario or descriptor text as run
};

[[nodiscard]] std::string to_json(const RunResult& result);  // pretty, stable key order
struct RunResultError {
  std::string sentence;
};
[[nodiscard]] boost::system::result<RunResult, RunResultError> run_result_from_json(std::string_view json);
[[noreturn]] void throw_exception_from_error(const RunResultError& error, const boost::source_location& location);

[[nodiscard]] std::string_view to_string(Generator verdict);  // VALID, DEGRADED, INVALID
[[nodiscard]] std::string_view to_string(Outcome outcome);    // PASS, FAIL, UNKNOWN

}  // namespace plumbline::history
