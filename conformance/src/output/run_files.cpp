#include "output/run_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "cases/context.h"
#include "evidence/text.h"
#include "output/replay_script.h"
#include "plumbline/history/utf8.h"
#include "plumbline/net/child_process.h"

namespace plumbline::conform {
namespace json = boost::json;

namespace {

history::ClauseResult to_clause_result(const RunSummary& summary, const ClauseVerdict& verdict) {
  history::ClauseResult result;
  result.id = verdict.clause->id;
  result.title = verdict.clause->title;
  result.level = to_string(verdict.clause->level);
  result.verdict = verdict.word();
  result.expected = verdict.expected;
  result.observed = verdict.observed;
  result.evidence = summary.evidence(verdict);
  result.reproduce = summary.reproduce(verdict.clause->id);
  result.reason = verdict.reason;
  result.blocked_by = verdict.blocked_by;
  result.text = verdict.clause->text;
  result.duration_ms = verdict.duration_ms;
  return result;
}

std::size_t cases_with(const RunSummary& summary, Verdict verdict) {
  return static_cast<std::size_t>(
      std::count_if(summary.verdicts.begin(), summary.verdicts.end(), [verdict](const ClauseVerdict& v) {
        return v.verdict == verdict && v.declared != ClauseVerdict::Declared::as_expected;
      }));
}

std::string sentence(const RunSummary& summary) {
  const std::size_t judged = summary.verdicts.size();
  if (summary.end.target_lost) {
    return "the target was lost and did not come back" +
           (summary.end.lost_during.empty() ? "" : "; it went during " + summary.end.lost_during);
  }
  const auto first_failure = std::find_if(summary.verdicts.begin(), summary.verdicts.end(), [](const ClauseVerdict& v) {
    return v.verdict == Verdict::fail && v.declared != ClauseVerdict::Declared::as_expected;
  });
  if (first_failure != summary.verdicts.end()) {
    return fmt::format("{} of {} clauses fail, first {}: {}", cases_with(summary, Verdict::fail), judged,
                       first_failure->clause->id, first_failure->clause->title);
  }
  if (!summary.surprises.empty()) {
    return "not as declared: " + summary.surprises.front();
  }
  if (summary.conformance == Conformance::conditional) {
    return "nothing departs but what was declared";
  }
  if (summary.conformance == Conformance::incomplete) {
    return fmt::format("no clause fails, but {} of {} could not be judged",
                       cases_with(summary, Verdict::inconclusive) + cases_with(summary, Verdict::not_applicable) +
                           cases_with(summary, Verdict::blocked),
                       judged);
  }
  const auto absent = cases_with(summary, Verdict::not_supported);
  return absent == 0 ? fmt::format("all {} clauses hold", judged)
                     : fmt::format("all {} clauses hold that the target supports; {} need what it does not declare",
                                   judged - absent, absent);
}

}  // namespace

history::RunResult to_run_result(const RunSummary& summary) {
  history::RunResult result;
  result.verb = "conform";
  result.name = "conform-" + summary.profile;
  result.question = "Does the target keep the clauses of profile " + summary.profile + "?";
  result.target = summary.target.name + (summary.target.where().empty() ? "" : " at " + summary.target.where());
  result.version = summary.judge.version;
  result.started_at = summary.started_at;
  result.sentence = sentence(summary);
  result.again = fmt::format("plumbline conform {}--seed {}",
                             summary.target_words.empty() ? "" : summary.target_words + " ", summary.seed);
  result.seed = summary.seed;
  result.exit_code = summary.exit_code;
  switch (summary.conformance) {
    case Conformance::conformant:
    case Conformance::conditional:
      result.outcome = history::Outcome::pass;
      break;
    case Conformance::non_conformant:
      result.outcome = history::Outcome::fail;
      break;
    case Conformance::incomplete:
      result.outcome = history::Outcome::unknown;
      break;
  }
  if (!summary.surprises.empty() && result.outcome == history::Outcome::pass) {
    result.outcome = history::Outcome::fail;
  }
  if (summary.end.unwritable) {
    result.reason = "unwritable";
    result.sentence = "the record of the run could not be written; " + result.sentence;
  } else if (summary.exit_code == ExitCode::gates_failed) {
    result.reason = summary.conformance == Conformance::non_conformant ? "clauses" : "expectations";
  } else if (summary.exit_code == ExitCode::target_lost) {
    result.reason = "target";
  } else if (summary.exit_code == ExitCode::no_judgement) {
    result.reason = "incomplete";
  }
  if (cases_with(summary, Verdict::inconclusive) > 0) {
    result.generator = history::Generator::degraded;
    result.generator_reasons.emplace_back("clauses stayed inconclusive");
  }
  result.generator_facts["worst lateness of the suite"] = ms_text(Duration(summary.end.worst_lag_ns));
  result.generator_facts["seconds"] = fmt::format("{:.2f}", summary.end.seconds);
  for (std::size_t i = 0; i < summary.target.assumptions.size(); ++i) {
    result.generator_facts[fmt::format("assumed {}", i + 1)] = summary.target.assumptions[i];
  }
  result.environment = summary.environment;
  result.configuration = summary.target.configuration;
  for (const ClauseVerdict& verdict : summary.verdicts) {
    result.clauses.push_back(to_clause_result(summary, verdict));
  }
  return result;
}

void conclude_run(RunSummary& summary) {
  for (ClauseVerdict& verdict : fold(*summary.catalogue, summary.runs)) {
    // What was not asked for ran as a prerequisite; it is told only where it is the root of a failure.
    if (summary.asked.count(verdict.clause->id) != 0 || verdict.verdict == Verdict::fail) {
      summary.verdicts.push_back(std::move(verdict));
    }
  }
  summary.surprises = compare_with(summary.expectations, summary.started_at, summary.asked, summary.verdicts);
  summary.conformance = conclude(summary.verdicts);
  summary.exit_code = exit_code_for(summary.conformance, summary.end.target_lost);
  if (!summary.surprises.empty()) {
    summary.exit_code = graver(summary.exit_code, ExitCode::gates_failed);
  }
  if (summary.end.interrupted) {
    summary.exit_code = graver(summary.exit_code, ExitCode::interrupted);
  }
  if (summary.end.unwritable) {
    summary.exit_code = graver(summary.exit_code, ExitCode::setup_failed);
  }
}

json::object verdict_fields(const ClauseVerdict& verdict) {
  return {{"clause", verdict.clause->id},
          {"verdict", verdict.word()},
          {"case", verdict.case_id},
          {"expected", history::clean_utf8(verdict.expected)},
          {"observed", history::clean_utf8(verdict.observed)},
          {"reason", history::clean_utf8(verdict.reason)},
          {"blocked_by", verdict.blocked_by}};
}

namespace {

// A badge exists for a whole profile that holds, of a target that is not broken on purpose.
std::optional<std::string> badge(const RunSummary& summary, const std::string& report_digest) {
  const bool deserved = summary.conformance == Conformance::conformant && summary.exit_code == ExitCode::ok &&
                        !summary.selection && !summary.target_words.starts_with("--mutant");
  if (!deserved) {
    return std::nullopt;
  }
  return json::serialize(json::object{{"schemaVersion", 1},
                                      {"label", "plumbline " + summary.profile},
                                      {"message", "conformant"},
                                      {"color", "brightgreen"},
                                      {"target", history::clean_utf8(summary.target.name)},
                                      {"suite", summary.judge.version},
                                      {"date", summary.started_at},
                                      {"report_sha256", report_digest}}) +
         "\n";
}

// The worst that the takes of a case came to: the alternative taken, "violated", "unmet CLAUSE", "unclear".
std::string outcome_of(const CaseRun& run) {
  std::string outcome = "unclear";
  for (const Finding& finding : run.findings) {
    if (finding.kind == Finding::Kind::violated) {
      return "violated";
    }
    if (finding.kind == Finding::Kind::unmet) {
      outcome = "unmet " + finding.prerequisite;
    } else if (finding.kind == Finding::Kind::not_applicable && outcome == "unclear") {
      outcome = "not applicable";
    } else if (finding.kind == Finding::Kind::not_supported && outcome == "unclear") {
      outcome = "not supported";
    } else if (finding.kind == Finding::Kind::took && (outcome == "unclear" || outcome == "A")) {
      outcome = finding.alternative;
    }
  }
  return outcome;
}

// Clauses fold their cases; whoever compares faults and cases needs each case on its own.
std::string case_outcomes(const RunSummary& summary) {
  std::string text;
  for (const CaseRun& run : summary.runs) {
    text += (text.empty() ? "{\n  " : ",\n  ") + json::serialize(run.id) + ": " + json::serialize(outcome_of(run));
  }
  return text.empty() ? "{}\n" : text + "\n}\n";
}

std::optional<std::string> write(const history::RunDir& dir, std::string_view file, std::string_view content) {
  const auto written = dir.write(file, content);
  return written ? std::nullopt : std::optional(written.error().sentence);
}

// Of the take that was made last, which is the one that everything before was repeated for.
std::optional<std::string> write_script(const history::RunDir& dir, const ClauseVerdict& verdict) {
  const auto evidence = dir.read(evidence_file(verdict.case_id));
  if (!evidence) {
    return std::nullopt;  // never ran
  }
  const ReadEvidence read = read_evidence(*evidence);
  const Take* last = nullptr;
  for (const EvidencePart& part : read.parts) {
    if (const Take* take = std::get_if<Take>(&part)) {
      last = take;
    }
  }
  if (last == nullptr) {
    return std::nullopt;
  }
  return write(dir, "reproduce/" + verdict.case_id + ".py",
               replay_script(*last, {verdict.clause->id, verdict.clause->title, verdict.expected, verdict.observed}));
}

bool is_news(Verdict verdict) {
  return verdict != Verdict::pass && verdict != Verdict::info && verdict != Verdict::not_supported &&
         verdict != Verdict::not_applicable;
}

}  // namespace

std::optional<std::string> write_run(const history::RunDir& dir, RunRecord& record, const RunSummary& summary) {
  const std::string json_text = history::to_json(to_run_result(summary));
  for (const ClauseVerdict& verdict : summary.verdicts) {
    record.verdict(verdict_fields(verdict));
  }
  record.finish(summary.end, json_text);
  record.release_reserve();
  auto problem = write(dir, "summary.json", json_text);
  for (const CaseRun& run : summary.runs) {
    const std::string header = fmt::format("# {}: ms   #connection   -> sent  <- received  -- note\n", run.id);
    const auto worse = write(dir, "evidence/" + run.id + ".log", header + run.log);
    problem = problem ? problem : worse;
  }
  for (const ClauseVerdict& verdict : summary.verdicts) {
    if (is_news(verdict.verdict) && !verdict.case_id.empty()) {
      const auto worse = write_script(dir, verdict);
      problem = problem ? problem : worse;
    }
  }
  if (const auto worse = write(dir, "cases.json", case_outcomes(summary)); !problem) {
    problem = worse;
  }
  if (const auto text = badge(summary, record.digest()); text && !problem) {
    problem = write(dir, "badge.json", *text);
  }
  return record.failure() ? record.failure() : problem;
}

bool render(const history::RunDir& dir) {
  auto child = net::ChildProcess::start(
      {{net::self_executable(), "report", "render", dir.path().string(), "--format", "html,md,junit"}, {}});
  if (!child) {
    return false;
  }
  (void)child->wait_for_line("\n", std::chrono::seconds{30});  // no such line: waits for the end of its output
  return child->stop(std::chrono::seconds{5}) == 0;
}

}  // namespace plumbline::conform
