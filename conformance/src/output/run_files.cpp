#include "output/run_files.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <thread>

#include "plumbline/base/version.h"
#include "plumbline/net/child_process.h"

namespace plumbline::conform {
namespace {

history::ClauseResult to_clause_result(const RunSummary& summary, const ClauseVerdict& verdict) {
  history::ClauseResult result;
  result.id = verdict.clause->id;
  result.title = verdict.clause->title;
  result.level = to_string(verdict.clause->level);
  result.verdict = to_string(verdict.verdict);
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
  return static_cast<std::size_t>(std::count_if(summary.verdicts.begin(), summary.verdicts.end(),
                                                [verdict](const ClauseVerdict& v) { return v.verdict == verdict; }));
}

std::string sentence(const RunSummary& summary) {
  const std::size_t judged = summary.verdicts.size();
  if (summary.report.target_lost) {
    return "the target was lost and did not come back" +
           (summary.report.lost_during.empty() ? "" : "; it went during " + summary.report.lost_during);
  }
  const auto first_failure = std::find_if(summary.verdicts.begin(), summary.verdicts.end(),
                                          [](const ClauseVerdict& v) { return v.verdict == Verdict::fail; });
  if (first_failure != summary.verdicts.end()) {
    return fmt::format("{} of {} clauses fail, first {}: {}", cases_with(summary, Verdict::fail), judged,
                       first_failure->clause->id, first_failure->clause->title);
  }
  if (summary.conformance == Conformance::incomplete) {
    return fmt::format("no clause fails, but {} of {} could not be judged",
                       cases_with(summary, Verdict::inconclusive) + cases_with(summary, Verdict::not_applicable) +
                           cases_with(summary, Verdict::blocked),
                       judged);
  }
  return fmt::format("all {} clauses hold", judged);
}

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> facts;
  utsname name{};
  if (::uname(&name) == 0) {
    facts["host"] = static_cast<const char*>(name.nodename);
    facts["kernel"] =
        std::string(static_cast<const char*>(name.sysname)) + " " + static_cast<const char*>(name.release);
  }
  facts["cores"] = std::to_string(std::thread::hardware_concurrency());
  return facts;
}

}  // namespace

history::RunResult to_run_result(const RunSummary& summary) {
  history::RunResult result;
  result.verb = "conform";
  result.name = "conform-" + summary.profile;
  result.question = "Does the target keep the clauses of profile " + summary.profile + "?";
  result.target = summary.target.name + " at " + summary.target.endpoint.url();
  result.version = kVersion;
  result.started_at = summary.started_at;
  result.sentence = sentence(summary);
  result.again = fmt::format("plumbline conform {}--seed {}",
                             summary.target_words.empty() ? "" : summary.target_words + " ", summary.seed);
  result.seed = summary.seed;
  result.exit_code = summary.exit_code;
  switch (summary.conformance) {
    case Conformance::conformant:
      result.outcome = history::Outcome::pass;
      break;
    case Conformance::non_conformant:
      result.outcome = history::Outcome::fail;
      break;
    case Conformance::incomplete:
      result.outcome = history::Outcome::unknown;
      break;
  }
  if (summary.exit_code == ExitCode::gates_failed) {
    result.reason = "clauses";
  } else if (summary.exit_code == ExitCode::target_lost) {
    result.reason = "target";
  } else if (summary.exit_code == ExitCode::no_judgement) {
    result.reason = "incomplete";
  }
  if (cases_with(summary, Verdict::inconclusive) > 0) {
    result.generator = history::Generator::degraded;
    result.generator_reasons.emplace_back("clauses stayed inconclusive");
  }
  result.generator_facts["worst lateness of the suite"] = ms_text(summary.report.worst_lag);
  result.generator_facts["seconds"] = fmt::format("{:.2f}", summary.seconds);
  for (std::size_t i = 0; i < summary.target.assumptions.size(); ++i) {
    result.generator_facts[fmt::format("assumed {}", i + 1)] = summary.target.assumptions[i];
  }
  result.environment = environment();
  result.configuration = summary.target.configuration;
  for (const ClauseVerdict& verdict : summary.verdicts) {
    result.clauses.push_back(to_clause_result(summary, verdict));
  }
  return result;
}

std::optional<std::string> write_run(const history::RunDir& dir, const RunSummary& summary) {
  for (const CaseRun& run : summary.report.runs) {
    const std::string header = fmt::format("# {}: ms   #connection   -> sent  <- received  -- note\n", run.id);
    if (const auto written = dir.write("evidence/" + run.id + ".log", header + run.log); !written) {
      return written.error().sentence;
    }
  }
  const auto written = dir.write("summary.json", history::to_json(to_run_result(summary)));
  return written ? std::nullopt : std::optional(written.error().sentence);
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
