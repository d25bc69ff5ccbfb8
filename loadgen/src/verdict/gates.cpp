#include "verdict/gates.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "recorder/durations.h"
#include "verdict/outage_gates.h"

namespace plumbline::load {
namespace {

using history::GateResult;

std::string ms_text(double value) {
  return value < 10 ? fmt::format("{:.2f} ms", value) : fmt::format("{:.1f} ms", value);
}

std::optional<Metric> metric_named(std::string_view name) {
  for (std::size_t i = 0; i < kMetrics; ++i) {
    if (to_string(static_cast<Metric>(i)) == name) {
      return static_cast<Metric>(i);
    }
  }
  return std::nullopt;
}

struct Statistic {
  double value_ms;
  std::uint64_t samples_needed;
};

Statistic statistic_of(const stats::Histogram& histogram, std::string_view name) {
  if (name == "max") {
    return {ms(histogram.max()), 1};
  }
  if (name == "mean") {
    return {histogram.mean_ns() / 1e6, 1};
  }
  const double q = name == "p50" ? 0.5 : name == "p90" ? 0.9 : name == "p95" ? 0.95 : 0.99;
  return {ms(histogram.percentile(q)), static_cast<std::uint64_t>(std::llround(1 / (1 - q)))};
}

GateResult judge_latency(const Gate& gate, const Recorder& recorder, const history::RunResult& whole) {
  GateResult result;
  result.bound = fmt::format("< {:g} ms", gate.below);
  const auto metric = metric_named(gate.metric);
  const stats::Histogram histogram = !metric              ? stats::Histogram{}
                                     : gate.except_faults ? outside_faults(*metric, recorder, whole)
                                                          : recorder.total(*metric, gate.phase);
  const Statistic statistic = statistic_of(histogram, gate.statistic);
  result.note = gate.except_faults ? "outside fault windows" : gate.phase.empty() ? "" : "phase " + gate.phase;
  if (histogram.count() < statistic.samples_needed) {
    result.value = "-";
    result.note = fmt::format("{} samples, {} needed", histogram.count(), statistic.samples_needed);
    return result;
  }
  result.value = ms_text(statistic.value_ms);
  result.outcome = statistic.value_ms < gate.below ? history::Outcome::pass : history::Outcome::fail;
  if (histogram.overflow() > 0) {
    result.note += fmt::format("{}{} values above one hour", result.note.empty() ? "" : "; ", histogram.overflow());
  }
  return result;
}

GateResult judge_errors(const Gate& gate, const Recorder& recorder) {
  GateResult result;
  result.bound = fmt::format("< {:g} %", gate.below * 100);
  std::uint64_t finished = 0;
  std::uint64_t errors = 0;
  for (std::size_t i = 0; i < recorder.phases().size(); ++i) {
    const Phase& phase = recorder.phase_of(i);
    if (gate.phase.empty() ? phase.measure : phase.name == gate.phase || phase.origin == gate.phase) {
      finished += recorder.phases()[i].finished;
      errors += recorder.phases()[i].errors;
    }
  }
  if (finished == 0) {
    result.value = "-";
    result.note = "no operation finished";
    return result;
  }
  const double share = static_cast<double>(errors) / static_cast<double>(finished);
  result.value = fmt::format("{:.2f} %", share * 100);
  result.note = fmt::format("{} of {}", errors, finished);
  result.outcome = share < gate.below ? history::Outcome::pass : history::Outcome::fail;
  return result;
}

}  // namespace

std::uint64_t grave_anomalies(const checker::CheckerReport& report) {
  std::uint64_t grave = 0;
  for (const checker::AnomalyKind& kind : checker::anomaly_kinds()) {
    if (kind.severity == checker::Severity::s0 || kind.severity == checker::Severity::s1) {
      grave += report.counts[static_cast<std::size_t>(kind.anomaly)];
    }
  }
  return grave;
}

history::Quantiles quantiles_of(const stats::Histogram& histogram, double slip_p99_ms) {
  history::Quantiles quantiles;
  quantiles.p50 = ms(histogram.percentile(0.5));
  quantiles.p95 = ms(histogram.percentile(0.95));
  quantiles.p99 = ms(histogram.percentile(0.99));
  quantiles.max = ms(histogram.max());
  quantiles.mean = histogram.mean_ns() / 1e6;
  quantiles.count = histogram.count();
  quantiles.error_ms = histogram.count() == 0 ? 0 : quantiles.p99 * 0.001 + slip_p99_ms;
  return quantiles;
}

std::vector<GateResult> judge_gates(const std::vector<Gate>& gates, const Recorder& recorder,
                                    const checker::CheckerReport& report, const history::RunResult& whole) {
  std::vector<GateResult> results;
  for (const Gate& gate : gates) {
    GateResult result;
    switch (gate.kind) {
      case Gate::Kind::latency:
        result = judge_latency(gate, recorder, whole);
        break;
      case Gate::Kind::errors:
        result = judge_errors(gate, recorder);
        break;
      case Gate::Kind::outage:
        result = judge_outage(gate, whole);
        break;
      case Gate::Kind::lag:
        result = judge_lag(gate, whole);
        break;
      case Gate::Kind::anomalies: {
        const std::uint64_t grave = grave_anomalies(report);
        result.bound = "none";
        result.value = grave == 0 ? "none" : std::to_string(grave);
        result.outcome = grave == 0 ? history::Outcome::pass : history::Outcome::fail;
        break;
      }
    }
    result.name = gate.name;
    results.push_back(std::move(result));
  }
  return results;
}

void withdraw_judgement(std::vector<GateResult>& gates, Withdraw what, std::string_view why) {
  for (GateResult& gate : gates) {
    const bool anomalies = gate.name == "anomalies";
    if (anomalies && (what == Withdraw::numbers || gate.outcome == history::Outcome::fail)) {
      continue;
    }
    gate.outcome = history::Outcome::unknown;
    gate.value = anomalies ? "-" : gate.value;
    gate.note = "not judged: " + std::string(why);
  }
}

}  // namespace plumbline::load
