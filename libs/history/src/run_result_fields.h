// The list of fields of every part of the result model, in the order of summary.json. Used for writing and reading
// alike.
#pragma once

#include <array>
#include <string_view>

#include "plumbline/history/run_result.h"

namespace plumbline::history {

struct GeneratorNames {
  static constexpr std::array all{Generator::valid, Generator::degraded, Generator::invalid};
  std::string_view operator()(Generator value) const { return to_string(value); }
};

struct OutcomeNames {
  static constexpr std::array all{Outcome::pass, Outcome::fail, Outcome::unknown};
  std::string_view operator()(Outcome value) const { return to_string(value); }
};

template <class Archive>
void fields(Archive& archive, GateResult& gate) {
  archive("name", gate.name);
  archive("bound", gate.bound);
  archive("value", gate.value);
  archive.named("outcome", gate.outcome, OutcomeNames{});
  archive("note", gate.note);
}

template <class Archive>
void fields(Archive& archive, Quantiles& quantiles) {
  archive("p50", quantiles.p50);
  archive("p95", quantiles.p95);
  archive("p99", quantiles.p99);
  archive("max", quantiles.max);
  archive("mean", quantiles.mean);
  archive("count", quantiles.count);
  archive("error_ms", quantiles.error_ms);
}

template <class Archive>
void fields(Archive& archive, AnomalyExample& example) {
  archive("anomaly", example.anomaly);
  archive("message_id", example.message_id);
  archive("text", example.text);
  archive("neighbours", example.neighbours);
}

template <class Archive>
void fields(Archive& archive, FaultEvent& event) {
  archive("what", event.what);
  archive("process", event.process);
  archive("role", event.role);
  archive("at_s", event.at_s);
}

template <class Archive>
void fields(Archive& archive, FaultRow& fault) {
  archive("number", fault.number);
  archive("do", fault.action);
  archive("role", fault.role);
  archive("process", fault.process);
  archive("phase", fault.phase);
  archive("phase_offset_s", fault.phase_offset_s);
  archive("struck", fault.struck);
  archive("error", fault.error);
  archive("at_s", fault.at_s);
  archive("late_s", fault.late_s);
  archive("window_end_s", fault.window_end_s);
  archive("undone_s", fault.undone_s);
  archive("healthy_s", fault.healthy_s);
  archive("uw_sys_s", fault.uw_sys_s);
  archive("uw_sys_quarter_s", fault.uw_sys_quarter_s);
  archive("uw_sys_five_s", fault.uw_sys_five_s);
  archive("uw_start_s", fault.uw_start_s);
  archive("uw_open", fault.uw_open);
  archive("uw_strict_s", fault.uw_strict_s);
  archive("uw_key_p50_s", fault.uw_key_p50_s);
  archive("uw_key_p99_s", fault.uw_key_p99_s);
  archive("uw_key_max_s", fault.uw_key_max_s);
  archive("uw_dlv_s", fault.uw_dlv_s);
  archive("ttr_measured", fault.ttr_measured);
  archive("ttr_p50_s", fault.ttr_p50_s);
  archive("ttr_p99_s", fault.ttr_p99_s);
  archive("ttr_p99_strict_s", fault.ttr_p99_strict_s);
  archive("ttr_p99_strict_tenth_s", fault.ttr_p99_strict_tenth_s);
  archive("detect_s", fault.detect_s);
  archive("elected_s", fault.elected_s);
  archive("sends_back_s", fault.sends_back_s);
  archive("devices_back_s", fault.devices_back_s);
  archive("caught_up_s", fault.caught_up_s);
  archive("sends", fault.sends);
  archive("bad", fault.bad);
  archive("failed", fault.failed);
  archive("unknown", fault.unknown);
  archive("hangs", fault.hangs);
  archive("lost_send_seconds", fault.lost_send_seconds);
  archive("stall_ms", fault.stall_ms);
  archive("events", fault.events);
}

template <class Archive>
void fields(Archive& archive, OutageSummary& outage) {
  archive("planned", outage.planned);
  archive("struck", outage.struck);
  archive("rate_per_s", outage.rate_per_s);
  archive("fault_free_gap_s", outage.fault_free_gap_s);
  archive("fault_free_overdue_s", outage.fault_free_overdue_s);
  archive("baseline_seconds", outage.baseline_seconds);
  archive("baseline_p50_ms", outage.baseline_p50_ms);
  archive("baseline_p99_ms", outage.baseline_p99_ms);
  archive("baseline_worst_p99_ms", outage.baseline_worst_p99_ms);
  archive("baseline_slow_p99", outage.baseline_slow_p99);
  archive("unseen_max", outage.unseen_max);
  archive("unseen_integral", outage.unseen_integral);
  archive("at_risk", outage.at_risk);
  archive("kafka_lag_max_s", outage.kafka_lag_max_s);
  archive("incomplete", outage.incomplete);
  archive("errors", outage.errors);
}

template <class Archive>
void fields(Archive& archive, PhaseRow& phase) {
  archive("name", phase.name);
  archive("start_s", phase.start_s);
  archive("end_s", phase.end_s);
  archive("measured", phase.measured);
  archive("offered", phase.offered);
  archive("sent", phase.sent);
  archive("acked", phase.acked);
  archive("errors", phase.errors);
  archive("e2e", phase.e2e);
  archive("answer", phase.answer);
}

template <class Archive>
void fields(Archive& archive, StepRow& step) {
  archive("name", step.name);
  archive("started", step.started);
  archive("ok", step.ok);
  archive("failed", step.failed);
  archive("unknown", step.unknown);
  archive("latency", step.latency);
  archive("service", step.service);
}

template <class Archive>
void fields(Archive& archive, Second& second) {
  archive("t", second.t);
  archive("offered", second.offered);
  archive("done", second.done);
  archive("errors", second.errors);
  archive("deliveries", second.deliveries);
  archive("e2e_p50", second.e2e_p50);
  archive("e2e_p95", second.e2e_p95);
  archive("e2e_p99", second.e2e_p99);
  archive("answer_p99", second.answer_p99);
  archive("slip_p99", second.slip_p99);
  archive("undelivered", second.undelivered);
  archive("connections", second.connections);
  archive("generator_cpu", second.generator_cpu);
  archive("target_cpu", second.target_cpu);
  archive("generator_rss_mb", second.generator_rss_mb);
  archive("target_rss_mb", second.target_rss_mb);
  archive("kafka_lag", second.kafka_lag);
  archive("flagged", second.flagged);
  archive("flag_reason", second.flag_reason);
}

template <class Archive>
void fields(Archive& archive, PercentilePoint& point) {
  archive("q", point.q);
  archive("ms", point.ms);
}

template <class Archive>
void fields(Archive& archive, ClauseResult& clause) {
  archive("id", clause.id);
  archive("title", clause.title);
  archive("level", clause.level);
  archive("verdict", clause.verdict);
  archive("expected", clause.expected);
  archive("observed", clause.observed);
  archive("evidence", clause.evidence);
  archive("reproduce", clause.reproduce);
  archive("reason", clause.reason);
  archive("blocked_by", clause.blocked_by);
  archive("text", clause.text);
  archive("duration_ms", clause.duration_ms);
}

template <class Archive>
void fields(Archive& archive, RunResult& result) {
  archive("schema", result.schema);
  archive("verb", result.verb);
  archive("name", result.name);
  archive("question", result.question);
  archive("target", result.target);
  archive("version", result.version);
  archive("started_at", result.started_at);
  archive.named("outcome", result.outcome, OutcomeNames{});
  archive.nested("generator", [&result](Archive& generator) {
    generator.named("verdict", result.generator, GeneratorNames{});
    generator("reasons", result.generator_reasons);
    generator("facts", result.generator_facts);
  });
  int code = to_int(result.exit_code);
  archive("exit_code", code);
  result.exit_code = static_cast<ExitCode>(code);
  archive("reason", result.reason);
  archive("sentence", result.sentence);
  archive("again", result.again);
  archive("seed", result.seed);
  archive("sent", result.sent);
  archive("acked", result.acked);
  archive("failed", result.failed);
  archive("unknown", result.unknown);
  archive("expected_deliveries", result.expected_deliveries);
  archive("deliveries", result.deliveries);
  archive("indeterminate_committed", result.indeterminate_committed);
  archive("anomalies", result.anomalies);
  archive("examples", result.examples);
  archive("faults", result.faults);
  archive("outage", result.outage);
  archive("latency_ms", result.latency_ms);
  archive("gates", result.gates);
  archive("phases", result.phases);
  archive("steps", result.steps);
  archive("clauses", result.clauses);
  archive("environment", result.environment);
  archive("configuration", result.configuration);
  archive("e2e_curve", result.e2e_curve);
  archive("seconds", result.seconds);
}

}  // namespace plumbline::history
