#include "verdict/result_builder.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "plumbline/base/version.h"
#include "recorder/durations.h"
#include "verdict/gates.h"
#include "verdict/verdict.h"

namespace plumbline::load {
namespace {

const MachineSample* sample_of(const std::vector<MachineSample>& machine, Time start, std::size_t second) {
  const Time middle = start + std::chrono::seconds{second} + std::chrono::milliseconds{500};
  const auto found =
      std::find_if(machine.begin(), machine.end(), [&](const MachineSample& each) { return each.at >= middle; });
  return found == machine.end() ? nullptr : &*found;
}

std::optional<double> percentile_ms(const stats::Histogram& histogram, double q) {
  return histogram.count() == 0 ? std::nullopt : std::optional<double>{ms(histogram.percentile(q))};
}

history::Second second_row(const SecondRecord& record, const MachineSample* machine, std::size_t index,
                           const WindowVerdict& window) {
  history::Second row;
  row.t = static_cast<double>(index);
  row.offered = static_cast<double>(record.offered);
  row.done = static_cast<double>(record.done);
  row.errors = static_cast<double>(record.errors);
  row.deliveries = static_cast<double>(record.deliveries);
  row.e2e_p50 = percentile_ms(record.e2e, 0.5);
  row.e2e_p95 = percentile_ms(record.e2e, 0.95);
  row.e2e_p99 = percentile_ms(record.e2e, 0.99);
  row.answer_p99 = percentile_ms(record.answer, 0.99);
  row.slip_p99 = percentile_ms(record.slip, 0.99);
  row.undelivered = static_cast<double>(record.undelivered);
  row.connections = static_cast<double>(record.connections);
  if (machine != nullptr) {
    row.generator_cpu = machine->generator_cpu;
    row.target_cpu = machine->target_cpu;
    row.generator_rss_mb = machine->generator_rss_mb;
    row.target_rss_mb = machine->target_rss_mb;
  }
  row.flagged = window.measured && !window.reasons.empty();
  row.flag_reason = row.flagged ? window.reasons.front() : "";
  return row;
}

void add_phases(const RunRecord& record, double slip_p99, history::RunResult& into) {
  for (std::size_t i = 0; i < record.recorder.phases().size(); ++i) {
    const PhaseRecord& phase = record.recorder.phases()[i];
    if (!phase.begun) {
      continue;
    }
    history::PhaseRow row;
    row.name = record.recorder.phase_of(i).name;
    row.start_s = in_seconds(phase.start - record.recorder.run_start());
    row.end_s = phase.ended ? in_seconds(phase.end - record.recorder.run_start()) : row.start_s;
    row.measured = record.recorder.phase_of(i).measure;
    row.offered = phase.offered;
    row.sent = phase.sent;
    row.acked = phase.acked;
    row.errors = phase.errors;
    row.e2e = quantiles_of(phase.latency[static_cast<std::size_t>(Metric::e2e)], slip_p99);
    row.answer = quantiles_of(phase.latency[static_cast<std::size_t>(Metric::answer)], slip_p99);
    into.phases.push_back(std::move(row));
  }
}

void add_steps(const RunRecord& record, double slip_p99, history::RunResult& into) {
  for (std::size_t i = 0; i < kOpKinds; ++i) {
    const StepRecord& step = record.recorder.steps()[i];
    if (step.started > 0) {
      into.steps.push_back({std::string(to_string(static_cast<OpKind>(i))), step.started, step.ok, step.failed,
                            step.unknown, quantiles_of(step.latency, slip_p99), quantiles_of(step.service)});
    }
  }
}

void add_latencies(const RunRecord& record, history::RunResult& into) {
  const double slip_p99 = ms(record.recorder.total(Metric::slip).percentile(0.99));
  for (std::size_t i = 0; i < kMetrics; ++i) {
    const auto metric = static_cast<Metric>(i);
    const stats::Histogram total = record.recorder.total(metric);
    if (total.count() > 0 || metric == Metric::e2e) {
      into.latency_ms[std::string(to_string(metric))] = quantiles_of(total, metric == Metric::slip ? 0 : slip_p99);
    }
    const bool curve = metric == Metric::e2e || (metric == Metric::ack && into.e2e_curve.empty());
    for (const double q : {0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999, 1.0}) {
      // A point needs a sample beyond it: 5,000 samples say nothing about p99.99.
      const bool enough = q == 1.0 || static_cast<double>(total.count()) * (1 - q) >= 1;
      if (curve && total.count() > 0 && enough) {
        into.e2e_curve.push_back({q, ms(total.percentile(q))});
      }
    }
  }
  add_phases(record, slip_p99, into);
  add_steps(record, slip_p99, into);
}

void add_ledger(const checker::CheckerReport& ledger, history::RunResult& into) {
  into.sent = ledger.sent;
  into.acked = ledger.acked;
  into.failed = ledger.failed;
  into.unknown = ledger.unknown;
  into.expected_deliveries = ledger.expected_deliveries;
  into.deliveries = ledger.deliveries;
  into.outage.at_risk = ledger.at_risk;
  into.indeterminate_committed = ledger.counts[static_cast<std::size_t>(checker::Anomaly::indeterminate_committed)];
  for (const checker::AnomalyKind& kind : checker::anomaly_kinds()) {
    into.anomalies[std::string(kind.name)] = ledger.counts[static_cast<std::size_t>(kind.anomaly)];
  }
  for (const checker::Example& example : ledger.examples) {
    into.examples.push_back(
        {std::string(checker::kind_of(example.anomaly).name), example.message_id, example.text, example.neighbours});
  }
}

void add_facts(const RunRecord& record, const std::vector<WindowSignals>& signals, history::RunResult& into) {
  const Thresholds& limit = record.plan.thresholds;
  auto& facts = into.generator_facts;
  double busy = 0, lag = 0, stall = 0;
  std::size_t queue = 0;
  std::optional<double> wait;
  for (const WindowSignals& signal : signals) {
    if (signal.measured) {
      busy = std::max(busy, signal.busy);
      lag = std::max(lag, signal.lag_max_ms);
      stall = std::max(stall, signal.longest_stall_ms);
      queue = std::max(queue, signal.queue_depth);
      wait = signal.runnable_wait ? std::max(wait.value_or(0), *signal.runnable_wait) : wait;
    }
  }
  const double slip = ms(record.recorder.total(Metric::slip).percentile(0.99));
  facts["send slip p99"] = fmt::format("{:.2f} ms (limit {:g} ms in any second)", slip, limit.slip_p99_ms);
  facts["loop lag, longest"] = fmt::format("{:.1f} ms (limit {:g} ms)", lag, limit.lag_ms);
  facts["loop busy, highest second"] = fmt::format("{:.0f} % (limit {:.0f} %)", busy * 100, limit.busy * 100);
  facts["machine stall, longest"] = fmt::format("{:.1f} ms", stall);
  facts["calls queued, most"] = fmt::format("{} (limit {})", queue, limit.queue);
  facts["waiting for a CPU, highest second"] =
      wait ? fmt::format("{:.1f} % (limit {:g} %)", *wait * 100, limit.runnable_wait * 100) : "not told by this kernel";
  facts["priority of the event loop"] = record.priority;
}

void add_environment(const RunRecord& record, history::RunResult& into) {
  utsname machine{};
  uname(&machine);
  into.environment["host"] = machine.nodename;
  into.environment["kernel"] = std::string(machine.sysname) + " " + machine.release + " " + machine.machine;
  into.environment["cores"] = std::to_string(std::thread::hardware_concurrency());
  into.environment["clock"] = "CLOCK_MONOTONIC, one process: no clock error between sender and receiver";
  into.environment["plumbline"] = std::string(kVersion);
  into.configuration = record.plan.scenario.text;
}

}  // namespace

std::vector<WindowSignals> window_signals(const Recorder& recorder, const std::vector<MachineSample>& machine) {
  std::vector<WindowSignals> signals;
  for (std::size_t i = 0; i < recorder.seconds().size(); ++i) {
    const SecondRecord& record = recorder.seconds()[i];
    WindowSignals signal;
    signal.measured = recorder.measured_second(i);
    signal.slips = record.slip.count();
    signal.slip_p99_ms = ms(record.slip.percentile(0.99));
    signal.lag_p99_ms = record.lag_p99_ms;
    signal.lag_max_ms = record.lag_max_ms;
    signal.queue_depth = record.queue_depth;
    if (const MachineSample* sample = sample_of(machine, recorder.run_start(), i); sample != nullptr) {
      signal.busy = sample->loop_busy;
      signal.longest_stall_ms = sample->longest_stall_ms;
      signal.throttled_ms = sample->throttled_ms;
      signal.runnable_wait = sample->runnable_wait;
    }
    signals.push_back(signal);
  }
  return signals;
}

namespace {

std::vector<WindowVerdict> judge_windows(const std::vector<WindowSignals>& signals, const Thresholds& thresholds) {
  std::vector<WindowVerdict> windows;
  windows.reserve(signals.size());
  for (const WindowSignals& signal : signals) {
    windows.push_back({signal.measured, judge_window(signal, thresholds)});
  }
  return windows;
}

void add_seconds(const RunRecord& record, const std::vector<WindowVerdict>& windows, history::RunResult& into) {
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const MachineSample* sample = sample_of(record.machine, record.recorder.run_start(), i);
    if (sample == nullptr && !record.machine.empty()) {
      sample = &record.machine.back();  // a last second that was too short for a sample of its own
    }
    into.seconds.push_back(second_row(record.recorder.seconds()[i], sample, i, windows[i]));
  }
}

// The seconds of the run that the scrape at their end belongs to.
void add_lag(const RunRecord& record, history::RunResult& into) {
  for (const LagSample& sample : record.lag) {
    const double at = in_seconds(sample.at - record.recorder.run_start());
    if (at >= 0 && at < static_cast<double>(into.seconds.size())) {
      std::optional<double>& lag = into.seconds[static_cast<std::size_t>(at)].kafka_lag;
      lag = std::max(lag.value_or(0), sample.seconds);
    }
    into.outage.kafka_lag_max_s = std::max(into.outage.kafka_lag_max_s.value_or(0), sample.seconds);
  }
}

Facts facts_of(const RunRecord& record, const std::vector<WindowVerdict>& windows, const history::RunResult& result) {
  const Scenario& scenario = record.plan.scenario;
  std::uint64_t planned = 0;
  std::uint64_t on_time = 0;
  std::uint64_t finished = 0;
  for (std::size_t i = 0; i < record.recorder.phases().size(); ++i) {
    const PhaseRecord& phase = record.recorder.phases()[i];
    finished += phase.finished;
    if (scenario.phases[i].measure && phase.begun && record.ending == Ending::complete) {
      planned += phase.planned;
      on_time += phase.on_time;
    }
  }
  Facts facts;
  facts.ending = record.ending;
  facts.ending_sentence = record.ending_sentence;
  facts.settled = record.settled;
  facts.ledger = record.ledger;
  facts.generator = judge_generator(windows, planned, on_time, record.plan.thresholds);
  facts.gates = judge_gates(scenario.gates, record.recorder, record.ledger, result);
  facts.vacuous = vacuous(result);
  facts.faulted = !record.plan.faults.empty();
  for (const history::FaultRow& fault : result.faults) {
    facts.longest_gap_s = std::max(facts.longest_gap_s, fault.uw_sys_s);
  }
  facts.e2e_p99_ms = ms(record.recorder.total(Metric::e2e).percentile(0.99));
  if (record.ending != Ending::complete) {
    withdraw_judgement(facts.gates, Withdraw::everything, "the run did not end");
  } else if (record.ledger.sent == 0 && finished == 0) {
    facts.nothing_sent = true;
    withdraw_judgement(facts.gates, Withdraw::everything, "nothing was sent");
  } else if (facts.generator.verdict == history::Generator::invalid) {
    withdraw_judgement(facts.gates, Withdraw::numbers, "the generator was not fit to measure");
  }
  return facts;
}

}  // namespace

history::RunResult build_result(const RunRecord& record) {
  history::RunResult result;
  const Scenario& scenario = record.plan.scenario;
  result.verb = "load";
  result.name = scenario.name;
  result.question = scenario.question;
  result.target = record.target;
  result.version = std::string(kVersion);
  result.started_at = record.started_at;
  result.again = record.again;
  result.seed = scenario.seed;
  const std::vector<WindowSignals> signals = window_signals(record.recorder, record.machine);
  const std::vector<WindowVerdict> windows = judge_windows(signals, record.plan.thresholds);
  add_seconds(record, windows, result);
  if (!record.plan.faults.empty()) {
    add_outages(record.faults, record.plan, record.recorder, record.machine, record.priority.rfind("real time", 0) == 0,
                result);
  }
  add_lag(record, result);
  const Facts facts = facts_of(record, windows, result);
  const Verdict verdict = judge(facts);
  result.outcome = verdict.outcome;
  result.exit_code = verdict.exit_code;
  result.reason = verdict.reason;
  result.sentence = verdict.sentence;
  result.generator = facts.generator.verdict;
  result.generator_reasons = facts.generator.reasons;
  result.gates = facts.gates;
  add_ledger(record.ledger, result);
  add_latencies(record, result);
  add_facts(record, signals, result);
  add_environment(record, result);
  return result;
}

}  // namespace plumbline::load
