// The tables: gates, ledger, latencies, phases, operations, environment.
#include "html/page.h"
#include "text.h"

namespace plumbline::render::page {
namespace {

using history::Outcome;
using history::Quantiles;
using history::RunResult;

std::string outcome_mark(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass:
      return mark("met", "good");
    case Outcome::fail:
      return mark("not met", "bad");
    case Outcome::unknown:
      break;
  }
  return mark("not judged", "doubt");
}

std::string dash_or(const Quantiles& quantiles, double value) {
  return quantiles.count == 0 ? "\u2013" : ms_text(value);
}

std::string figure(std::string_view name, const std::string& value, const std::string& note = {}) {
  return "<div><dt>" + std::string(name) + "</dt><dd>" + value + (note.empty() ? "" : " <small>" + note + "</small>") +
         "</dd></div>";
}

std::string anomaly_table(const RunResult& result) {
  const std::vector<AnomalyRow> rows = anomalies_of(result);
  if (rows.empty() && looked_in_vain(result)) {
    return "<p>Anomalies were not judged: the run did not end, or sent nothing.</p>\n";
  }
  if (rows.empty()) {
    return result.anomalies.empty()
               ? std::string()
               : "<p>" + mark("none", "good") + " of the " + std::to_string(result.anomalies.size()) +
                     " kinds of anomaly that were looked for.</p>\n";
  }
  Table table("lrl", {"anomaly", "count", "meaning"});
  for (const AnomalyRow& row : rows) {
    table.row({mark(row.name, row.fatal ? "bad" : "info"), count_text(row.count), html(row.sentence)});
  }
  std::string text = table.html();
  for (const AnomalyRow& row : rows) {
    if (row.examples.empty()) {
      continue;
    }
    text += std::string("<details") + (row.fatal ? " open" : "") + "><summary>" + html(row.name) +
            ", examples: " + std::to_string(row.examples.size()) + " of " + count_text(row.count) +
            "</summary>\n<ul class=\"plain\">\n";
    for (const history::AnomalyExample* example : row.examples) {
      text += "<li>" + (example->message_id.empty() ? "" : "<code>" + html(example->message_id) + "</code> ") +
              html(example->text) + neighbours_of(*example) + "</li>\n";
    }
    text += "</ul></details>\n";
  }
  return text;
}

std::string facts_table(std::string_view title, const std::map<std::string, std::string>& facts) {
  if (facts.empty()) {
    return {};
  }
  Table table("ll", {std::string(title), ""});
  for (const auto& [name, value] : facts) {
    table.row({html(name), html(value)});
  }
  return table.html();
}

}  // namespace

std::string gates(const RunResult& result) {
  if (result.gates.empty()) {
    return "<p class=\"note\">This scenario sets no gates.</p>\n";
  }
  Table table("lrrll", {"gate", "bound", "value", "", ""});
  for (const history::GateResult& gate : result.gates) {
    table.row({"<code>" + html(gate.name) + "</code>", html(gate.bound), html(gate.value), outcome_mark(gate.outcome),
               "<span class=\"note\">" + html(gate.note) + "</span>"},
              gate.outcome == Outcome::fail ? "failed" : "");
  }
  return table.html();
}

std::string ledger(const RunResult& result) {
  std::string text = "<dl class=\"figures\">";
  text += figure("sent", count_text(result.sent));
  text += figure("acknowledged", count_text(result.acked));
  text += figure("refused", count_text(result.failed));
  text +=
      figure("unknown", count_text(result.unknown),
             result.indeterminate_committed == 0 ? std::string()
                                                 : count_text(result.indeterminate_committed) + " turned out stored");
  text += figure("deliveries expected", count_text(result.expected_deliveries));
  text += figure("deliveries", count_text(result.deliveries));
  return text + "</dl>\n" + anomaly_table(result);
}

std::string latencies(const RunResult& result) {
  Table table("lrrrrrrr",
              {"milliseconds, from the intended start", "p50", "p95", "p99", "max", "mean", "\u00B1 p99", "count"});
  for (const auto& [name, q] : series_of(result)) {
    table.row({html(series_title(name)), ms_text(q.p50), ms_text(q.p95), "<b>" + ms_text(q.p99) + "</b>",
               ms_text(q.max), ms_text(q.mean), ms_text(q.error_ms), count_text(q.count)});
  }
  std::string text = table.empty() ? std::string() : table.html();
  if (!result.e2e_curve.empty()) {
    text +=
        "<figure><figcaption>End to end, by percentile <span class=\"unit\">ms</span></figcaption>"
        "<div class=\"plot tall\" id=\"curve\"></div></figure>\n";
  }
  return text;
}

std::string phases_and_steps(const RunResult& result) {
  std::string text;
  Table phases("lrrrrrrrrr", {"phase", "from", "to", "offered", "sent", "acknowledged", "errors", "e2e p50 ms",
                              "e2e p99 ms", "answer p99 ms"});
  for (const history::PhaseRow& phase : result.phases) {
    phases.row({html(phase.name) + (phase.measured ? "" : " <span class=\"note\">not measured</span>"),
                seconds_text(phase.start_s), seconds_text(phase.end_s), count_text(phase.offered),
                count_text(phase.sent), count_text(phase.acked), count_text(phase.errors),
                dash_or(phase.e2e, phase.e2e.p50), dash_or(phase.e2e, phase.e2e.p99),
                dash_or(phase.answer, phase.answer.p99)});
  }
  Table steps("lrrrrrrr", {"operation", "started", "ok", "failed", "unknown", "p50 ms", "p99 ms", "service p99 ms"});
  for (const history::StepRow& step : result.steps) {
    steps.row({html(step.name), count_text(step.started), count_text(step.ok), count_text(step.failed),
               count_text(step.unknown), dash_or(step.latency, step.latency.p50),
               dash_or(step.latency, step.latency.p99), dash_or(step.service, step.service.p99)});
  }
  text += phases.empty() ? "" : phases.html();
  text += steps.empty() ? "" : steps.html();
  return text;
}

std::string environment(const RunResult& result, const std::vector<std::string>& raw_files) {
  std::string text;
  if (!result.again.empty()) {
    text += "<p>Run it again:</p>\n<pre class=\"again\">" + html(result.again) + "</pre>\n";
  }
  text += facts_table("environment", result.environment);
  if (!result.configuration.empty()) {
    text +=
        "<details><summary>configuration as run</summary>\n<pre>" + html(result.configuration) + "</pre></details>\n";
  }
  if (!raw_files.empty()) {
    text += "<p class=\"files\">Raw files: ";
    for (std::size_t i = 0; i < raw_files.size(); ++i) {
      text +=
          (i == 0 ? "" : ", ") + std::string("<a href=\"./") + html(raw_files[i]) + "\">" + html(raw_files[i]) + "</a>";
    }
    text += "</p>\n";
  }
  return text;
}

}  // namespace plumbline::render::page
