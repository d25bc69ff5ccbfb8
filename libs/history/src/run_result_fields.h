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
