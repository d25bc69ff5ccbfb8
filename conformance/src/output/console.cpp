// What a run says on the terminal: failures first, then reasons, then one line that counts (product.md). Stage: output.
#include <fmt/format.h>

#include <algorithm>

#include "output/run_summary.h"

namespace plumbline::conform {
namespace {

std::size_t count(const RunSummary& summary, Verdict verdict) {
  return static_cast<std::size_t>(
      std::count_if(summary.verdicts.begin(), summary.verdicts.end(), [verdict](const ClauseVerdict& v) {
        return v.verdict == verdict && v.declared != ClauseVerdict::Declared::as_expected;
      }));
}

std::string failure_block(const RunSummary& summary, const ClauseVerdict& verdict) {
  std::string text = fmt::format("{:<5} {}  {:<78} {}\n", to_string(verdict.verdict), verdict.clause->id,
                                 verdict.clause->title, to_string(verdict.clause->level));
  text += fmt::format("      expected  {}\n      observed  {}\n", verdict.expected, verdict.observed);
  text += fmt::format("      source    {}, {}\n", verdict.clause->source_document, verdict.clause->source_section);
  if (!verdict.reason.empty()) {
    text += fmt::format("      note      {}\n", verdict.reason);
  }
  text += fmt::format("      evidence  {}      reproduce  {}\n", summary.evidence(verdict),
                      summary.reproduce(verdict.clause->id));
  return text;
}

std::string reason_line(const ClauseVerdict& verdict) {
  std::string why = verdict.reason;
  if (verdict.verdict == Verdict::non_strict || verdict.verdict == Verdict::pass) {
    why += (why.empty() ? "" : ": ") + verdict.observed;
  }
  return fmt::format("{:<14} {}  {}{}\n", verdict.word(), verdict.clause->id, verdict.clause->title,
                     why.empty() ? "" : "; " + why);
}

std::string last_line(const RunSummary& summary) {
  constexpr std::pair<Verdict, std::string_view> kWords[]{
      {Verdict::pass, "pass"},
      {Verdict::fail, "fail"},
      {Verdict::warn, "warn"},
      {Verdict::non_strict, "not strict"},
      {Verdict::info, "info"},
      {Verdict::not_supported, "not supported"},
      {Verdict::not_applicable, "not applicable"},
      {Verdict::blocked, "blocked"},
      {Verdict::inconclusive, "inconclusive"},
  };
  std::string counts;
  for (const auto& [verdict, word] : kWords) {
    const std::size_t n = count(summary, verdict);
    if (n > 0 || verdict == Verdict::pass || verdict == Verdict::fail) {
      counts += fmt::format("  {} {}", n, word);
    }
  }
  const auto known = std::count_if(summary.verdicts.begin(), summary.verdicts.end(), [](const ClauseVerdict& v) {
    return v.declared == ClauseVerdict::Declared::as_expected;
  });
  counts += known > 0 ? fmt::format("  {} as declared", known) : "";
  const std::string left = fmt::format("{}{}", summary.profile, counts);
  const std::string word =
      std::string(to_string(summary.conformance)) + (summary.selection ? " (chosen clauses only)" : "");
  return fmt::format("{:<86} {}   {:.1f} s\n", left, word, summary.end.seconds);
}

}  // namespace

std::string RunSummary::reproduce(const std::string& clause) const {
  const std::string words = target_words.empty() ? "" : target_words + " ";
  return fmt::format("plumbline conform {} {}--seed {} -v", clause, words, seed);
}

std::string RunSummary::evidence(const ClauseVerdict& verdict) const {
  for (const CaseRun& run : runs) {
    if (run.id == verdict.case_id && !run.log.empty()) {
      return fmt::format("evidence/{}.log:2-{}", run.id, 1 + std::count(run.log.begin(), run.log.end(), '\n'));
    }
  }
  return "none";
}

ExitCode exit_code_for(Conformance conformance, bool target_lost) {
  if (target_lost) {
    return ExitCode::target_lost;
  }
  switch (conformance) {
    case Conformance::conformant:
    case Conformance::conditional:
      return ExitCode::ok;
    case Conformance::non_conformant:
      return ExitCode::gates_failed;
    case Conformance::incomplete:
      return ExitCode::no_judgement;
  }
  return ExitCode::no_judgement;
}

std::string terminal_text(const RunSummary& summary, bool verbose) {
  std::string text = fmt::format("{}   {}   seed {}\n", summary.target.name, summary.target.where(), summary.seed);
  for (const std::string& assumption : summary.target.assumptions) {
    text += "assumed: " + assumption + "\n";
  }
  text += "\n";
  for (const ClauseVerdict& verdict : summary.verdicts) {
    if (verdict.declared != ClauseVerdict::Declared::no) {
      text += reason_line(verdict);
      continue;
    }
    switch (verdict.verdict) {
      case Verdict::fail:
      case Verdict::warn:
        text += failure_block(summary, verdict);
        break;
      case Verdict::blocked:
      case Verdict::inconclusive:
      case Verdict::not_applicable:
        text += reason_line(verdict);
        break;
      default:
        text += verbose || verdict.verdict == Verdict::non_strict ? reason_line(verdict) : "";
        break;
    }
  }
  for (const std::string& surprise : summary.surprises) {
    text += "unexpected     " + surprise + "\n";
  }
  if (summary.end.target_lost) {
    text += fmt::format("the target was lost{} and did not come back\n",
                        summary.end.lost_during.empty() ? "" : " during " + summary.end.lost_during);
  }
  return text + last_line(summary);
}

}  // namespace plumbline::conform
