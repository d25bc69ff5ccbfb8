#include "verdict/verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "verdict/gates.h"

namespace plumbline::load {
namespace {

using history::GateResult;

bool grave(checker::Anomaly anomaly) {
  const checker::Severity severity = checker::kind_of(anomaly).severity;
  return severity == checker::Severity::s0 || severity == checker::Severity::s1;
}

// The anomaly to lead with: of the gravest kind the most frequent. Examples are listed further down.
std::string anomaly_sentence(const checker::CheckerReport& ledger) {
  const checker::AnomalyKind* worst = nullptr;
  for (const checker::AnomalyKind& kind : checker::anomaly_kinds()) {
    const std::uint64_t count = ledger.counts[static_cast<std::size_t>(kind.anomaly)];
    if (count == 0 || !grave(kind.anomaly)) {
      continue;
    }
    const bool worse =
        worst == nullptr || kind.severity < worst->severity ||
        (kind.severity == worst->severity && count > ledger.counts[static_cast<std::size_t>(worst->anomaly)]) ||
        // Two messages under one number make one of them unfindable: lead with the cause.
        (kind.anomaly == checker::Anomaly::sequence_reuse && worst->anomaly == checker::Anomaly::acked_lost);
    worst = worse ? &kind : worst;
  }
  if (worst == nullptr) {
    return {};
  }
  return fmt::format("{} {}: {}", ledger.counts[static_cast<std::size_t>(worst->anomaly)], worst->name,
                     worst->sentence);
}

struct Finding {
  ExitCode code;
  std::string reason;
  std::string sentence;
  history::Outcome outcome;
};

void add_gates(const Facts& facts, std::vector<Finding>& findings) {
  for (const GateResult& gate : facts.gates) {
    if (gate.outcome == history::Outcome::fail && gate.name != "anomalies") {
      findings.push_back({ExitCode::gates_failed, "gates",
                          fmt::format("{} was {}, the gate is {}", gate.name, gate.value, gate.bound),
                          history::Outcome::fail});
    } else if (gate.outcome == history::Outcome::unknown) {
      findings.push_back({ExitCode::no_judgement, "gates", fmt::format("{} cannot be judged: {}", gate.name, gate.note),
                          history::Outcome::unknown});
    }
  }
}

std::vector<Finding> findings_of(const Facts& facts) {
  std::vector<Finding> findings;
  const auto add = [&](ExitCode code, const char* reason, std::string sentence, history::Outcome outcome) {
    findings.push_back({code, reason, std::move(sentence), outcome});
  };
  switch (facts.ending) {
    case Ending::interrupted:
      add(ExitCode::interrupted, "interrupted", facts.ending_sentence, history::Outcome::unknown);
      break;
    case Ending::setup_failed:
      add(ExitCode::setup_failed, "set-up", facts.ending_sentence, history::Outcome::unknown);
      break;
    case Ending::target_lost:
      add(ExitCode::target_lost, "target", facts.ending_sentence, history::Outcome::unknown);
      break;
    case Ending::running:
    case Ending::complete:
      break;
  }
  if (grave_anomalies(facts.ledger) > 0) {
    add(ExitCode::anomalies, "anomalies", anomaly_sentence(facts.ledger), history::Outcome::fail);
  }
  if (facts.ending != Ending::complete) {
    return findings;  // the rest would judge a run that did not take place
  }
  if (facts.nothing_sent) {
    add(ExitCode::no_judgement, "nothing-sent", "nothing was sent: the scenario offers no load",
        history::Outcome::unknown);
    return findings;
  }
  if (!facts.vacuous.empty()) {  // first: a command to mend, where a busy generator only asks for another run
    add(ExitCode::no_judgement, "faults", facts.vacuous, history::Outcome::unknown);
  }
  if (facts.generator.verdict == history::Generator::invalid) {
    const std::string why = facts.generator.reasons.empty() ? "" : ": " + facts.generator.reasons.front();
    add(ExitCode::no_judgement, "generator",
        "the generator, not the target, was the limit" + why +
            "; lower the rate, or give the generator a machine of its own",
        history::Outcome::unknown);
    return findings;  // gates are judged only on numbers that can be believed
  }
  if (facts.ledger.overflowed) {
    add(ExitCode::no_judgement, "checker", "the ledger is incomplete: " + facts.ledger.overflow_reason,
        history::Outcome::unknown);
  }
  if (!facts.settled && grave_anomalies(facts.ledger) == 0) {
    add(ExitCode::no_judgement, "settling",
        std::string("deliveries or final reads were not complete ") + (facts.faulted ? "120 s" : "15 s") +
            " after the load",
        history::Outcome::unknown);
  }
  add_gates(facts, findings);
  return findings;
}

}  // namespace

Verdict judge(const Facts& facts) {
  const std::vector<Finding> findings = findings_of(facts);
  Verdict verdict;
  if (findings.empty()) {
    verdict.outcome = history::Outcome::pass;
    verdict.exit_code = ExitCode::ok;
    verdict.sentence = "nothing acknowledged was lost, doubled or reordered";
    if (facts.faulted) {
      verdict.sentence += fmt::format("; {:.2f} s without accepted sends at most", facts.longest_gap_s);
    }
    if (facts.e2e_p99_ms > 0) {
      verdict.sentence += fmt::format("; e2e p99 {:.1f} ms", facts.e2e_p99_ms);
    }
    if (facts.ledger.failed > 0) {
      verdict.sentence += fmt::format("; {} of {} sends were refused", facts.ledger.failed, facts.ledger.sent);
    }
    return verdict;
  }
  verdict.exit_code = ExitCode::ok;
  for (const Finding& finding : findings) {
    verdict.exit_code = graver(verdict.exit_code, finding.code);
  }
  // The finding that decides the exit code leads; a failure is not hidden by an unknown beside it.
  const auto lead = std::find_if(findings.begin(), findings.end(),
                                 [&](const Finding& finding) { return finding.code == verdict.exit_code; });
  verdict.reason = lead->reason;
  verdict.sentence = lead->sentence;
  const bool failed = std::any_of(findings.begin(), findings.end(),
                                  [](const Finding& finding) { return finding.outcome == history::Outcome::fail; });
  const bool gates_only = verdict.exit_code == ExitCode::no_judgement;
  verdict.outcome = failed && !gates_only ? history::Outcome::fail : history::Outcome::unknown;
  return verdict;
}

}  // namespace plumbline::load
