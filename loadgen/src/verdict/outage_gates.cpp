#include "verdict/outage_gates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace plumbline::load {
namespace {

using history::FaultRow;
using history::GateResult;

struct Cost {
  std::optional<double> seconds;  // absent: never
  bool measured{true};
};

Cost cost_of(const FaultRow& fault, const std::string& statistic) {
  if (statistic == "uw_sys") {
    return {fault.uw_open ? std::nullopt : std::optional<double>{fault.uw_sys_s}};
  }
  if (statistic == "ttr_p50" || statistic == "ttr_p99") {
    return {statistic == "ttr_p50" ? fault.ttr_p50_s : fault.ttr_p99_s, fault.ttr_measured};
  }
  if (statistic == "reconnect") {
    return {fault.devices_back_s.value_or(0)};  // no device was lost
  }
  return {statistic == "uw_strict"    ? fault.uw_strict_s
          : statistic == "uw_key_p50" ? fault.uw_key_p50_s
          : statistic == "uw_key_p99" ? fault.uw_key_p99_s
          : statistic == "uw_key_max" ? fault.uw_key_max_s
                                      : fault.uw_dlv_s};
}

std::string name_of(const FaultRow& fault) {
  return fmt::format("fault {}, {} {}", fault.number, fault.action, fault.role);
}

}  // namespace

GateResult judge_outage(const Gate& gate, const history::RunResult& result) {
  GateResult judged;
  judged.bound = fmt::format("< {:g} s", gate.below / 1e3);
  judged.value = "-";
  judged.note = "no such fault took place";
  double worst = -1;
  for (const FaultRow& fault : result.faults) {
    if (!fault.struck || fault.role.compare(0, gate.role.size(), gate.role) != 0) {
      continue;
    }
    const Cost cost = cost_of(fault, gate.statistic);
    if (!cost.measured) {
      judged.outcome = history::Outcome::unknown;
      judged.note = "needs 30 s of load before the first fault";
      return judged;
    }
    if (!cost.seconds) {
      judged.value = "never";
      judged.outcome = history::Outcome::fail;
      judged.note = name_of(fault);
      return judged;
    }
    if (*cost.seconds > worst) {
      worst = *cost.seconds;
      judged.value = fmt::format("{:.2f} s", worst);
      judged.note = name_of(fault);
      judged.outcome = worst * 1e3 < gate.below ? history::Outcome::pass : history::Outcome::fail;
    }
  }
  return judged;
}

GateResult judge_lag(const Gate& gate, const history::RunResult& result) {
  GateResult judged;
  judged.bound = fmt::format("< {:g} s", gate.below / 1e3);
  if (!result.outage.kafka_lag_max_s) {
    judged.value = "-";
    judged.note = "no instance shows plumbline_kafka_lag_seconds in /metrics";
    return judged;
  }
  judged.value = fmt::format("{:.2f} s", *result.outage.kafka_lag_max_s);
  judged.outcome = *result.outage.kafka_lag_max_s * 1e3 < gate.below ? history::Outcome::pass : history::Outcome::fail;
  return judged;
}

stats::Histogram outside_faults(Metric metric, const Recorder& recorder, const history::RunResult& result) {
  stats::Histogram sum;
  for (std::size_t i = 0; i < recorder.seconds().size(); ++i) {
    const auto from = static_cast<double>(i);
    const bool inside = std::any_of(result.faults.begin(), result.faults.end(), [from](const FaultRow& fault) {
      return fault.struck && fault.at_s < from + 1 && fault.window_end_s > from;
    });
    if (!inside && recorder.measured_second(i)) {
      sum.merge(metric == Metric::e2e ? recorder.seconds()[i].e2e : recorder.seconds()[i].answer);
    }
  }
  return sum;
}

}  // namespace plumbline::load
