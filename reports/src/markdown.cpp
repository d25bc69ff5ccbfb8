// report.md: short enough for a pull-request comment.
#include <string>
#include <vector>

#include "plumbline/render/render.h"
#include "text.h"

namespace plumbline::render {
namespace {

using history::RunResult;

constexpr std::size_t kExamples = 3;
constexpr std::size_t kClauses = 20;

std::string head(const RunResult& result) {
  std::string text = "### " + std::string(verdict_word(result)) + " " + markdown(result.name) + "\n\n";
  text += "**" + markdown(sentence_of(result)) + "**\n\n";
  if (!result.question.empty()) {
    text += "_" + markdown(result.question) + "_\n\n";
  }
  if (result.generator != history::Generator::valid) {
    text += result.generator == history::Generator::invalid
                ? "The generator is **INVALID**: it reached its own limit, so no number below may be believed.\n\n"
                : "The generator is **DEGRADED**: numbers of the named seconds are doubtful.\n\n";
    for (const std::string& reason : result.generator_reasons) {
      text += "- " + markdown(reason) + "\n";
    }
    text += '\n';
  }
  return text;
}

std::string broken_text(const RunResult& result) {
  std::string text;
  for (const AnomalyRow& row : anomalies_of(result)) {
    if (!row.fatal) {
      continue;
    }
    text += "- **" + markdown(row.name) + "** " + count_text(row.count) + "\u00D7 " + markdown(row.sentence) + "\n";
    for (std::size_t i = 0; i < row.examples.size() && i < kExamples; ++i) {
      const history::AnomalyExample& example = *row.examples[i];
      text += "  - " + (example.message_id.empty() ? "" : code_span(example.message_id) + " ") +
              markdown(example.text) + "\n";
      for (const std::string& line : example.neighbours) {
        text += "    - " + markdown(line) + "\n";
      }
    }
  }
  return text.empty() ? text : text + "\n";
}

std::string outages(const RunResult& result) {
  std::string rows;
  for (const history::FaultRow& fault : result.faults) {
    const auto after = [](const std::optional<double>& seconds) {
      return seconds ? precise_seconds(*seconds) : std::string("\u2013");
    };
    const std::string recovered = fault.ttr_p99_s      ? precise_seconds(*fault.ttr_p99_s)
                                  : fault.ttr_measured ? "no"
                                                       : "\u2013";
    rows += "| " + std::to_string(fault.number) + " | " + markdown(fault_name(fault)) + " | " +
            (fault.struck
                 ? markdown(fault.process) + " | " + precise_seconds(fault.uw_sys_s) + (fault.uw_open ? ", open" : "") +
                       " | " + after(fault.elected_s) + " | " + after(fault.devices_back_s) + " | " +
                       after(fault.caught_up_s) + " | " + recovered + " | " + count_text(fault.bad)
                 : "did not take place: " + markdown(fault.error) + " | | | | | |") +
            " |\n";
  }
  return rows.empty()
             ? rows
             : "| | fault | process | longest send gap | elected | devices back | caught up | p99 recovered | bad "
               "sends |\n|--:|---|---|--:|--:|--:|--:|--:|--:|\n" +
                   rows + "\n";
}

std::string gates(const RunResult& result) {
  if (result.gates.empty()) {
    return {};
  }
  std::string text = "| gate | bound | value | |\n|---|---|--:|---|\n";
  for (const history::GateResult& gate : result.gates) {
    text += "| " + markdown(gate.name) + " | " + markdown(gate.bound) + " | " + markdown(gate.value) + " | " +
            std::string(history::to_string(gate.outcome)) +
            (gate.note.empty() ? "" : " (" + markdown(gate.note) + ")") + " |\n";
  }
  return text + "\n";
}

std::string latencies(const RunResult& result) {
  std::string text;
  for (const auto& [name, quantiles] : series_of(result)) {
    text += "| " + markdown(series_title(name)) + " | " + ms_text(quantiles.p50) + " | " + ms_text(quantiles.p95) +
            " | " + ms_text(quantiles.p99) + " | " + ms_text(quantiles.max) + " | " + count_text(quantiles.count) +
            " |\n";
  }
  return text.empty() ? text
                      : "| latency, ms | p50 | p95 | p99 | max | count |\n|---|--:|--:|--:|--:|--:|\n" + text + "\n";
}

std::string ledger(const RunResult& result) {
  std::string text = "sent " + count_text(result.sent) + ", acknowledged " + count_text(result.acked) + ", refused " +
                     count_text(result.failed) + ", unknown " + count_text(result.unknown);
  if (result.indeterminate_committed > 0) {
    text += " (" + count_text(result.indeterminate_committed) + " turned out stored)";
  }
  return text + "; deliveries " + count_text(result.deliveries) + " of " + count_text(result.expected_deliveries) +
         " expected\n\n";
}

std::string clauses(const RunResult& result) {
  std::size_t passed = 0;
  std::size_t shown = 0;
  std::size_t others = 0;
  std::string rows;
  for (const history::ClauseResult& clause : result.clauses) {
    if (mark_of(clause.verdict) == ClauseMark::pass) {
      ++passed;
      continue;
    }
    ++others;
    if (shown == kClauses) {
      continue;
    }
    ++shown;
    const std::string why = clause.observed.empty() ? clause.reason : clause.observed;
    rows += "| " + code_span(clause.id) + " | " + markdown(clause.level) + " | " + markdown(clause.verdict) + " | " +
            markdown(clause.title) + " | " +
            markdown(clause.blocked_by.empty() ? why : "blocked by " + clause.blocked_by) + " |\n";
  }
  std::string text = count_text(passed) + " of " + count_text(result.clauses.size()) + " clauses pass.\n\n";
  if (!rows.empty()) {
    text += "| clause | level | verdict | | observed |\n|---|---|---|---|---|\n" + rows + "\n";
  }
  if (others > shown) {
    text += count_text(others - shown) + " more are in report.html.\n\n";
  }
  return text;
}

}  // namespace

std::string to_markdown(const RunResult& result) {
  std::string text = head(result);
  if (result.verb == "conform") {
    text += clauses(result);
  } else {
    text += broken_text(result) + outages(result) + gates(result) + latencies(result) + ledger(result);
  }
  if (!result.again.empty()) {
    text += "again: " + code_span(result.again) + "\n\n";
  }
  text += "generator " + std::string(history::to_string(result.generator)) + ", seed " + std::to_string(result.seed) +
          ", target " + markdown(result.target) + ", plumbline " + markdown(result.version) + ", " +
          markdown(result.started_at) + "\n";
  return text;
}

}  // namespace plumbline::render
