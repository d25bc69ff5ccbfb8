#include "judge/fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace plumbline::conform {
namespace {

struct CaseVerdict {
  Verdict verdict{Verdict::inconclusive};
  Finding finding;
  std::string reason;
};

bool is_bad(const Finding& finding) {
  return finding.kind == Finding::Kind::violated || finding.kind == Finding::Kind::unmet;
}

CaseVerdict judge_bad(const Clause& clause, const Finding& finding, std::size_t bad, std::size_t clear) {
  CaseVerdict judged{Verdict::inconclusive, finding, {}};
  if (finding.kind == Finding::Kind::unmet && finding.prerequisite != clause.id) {
    judged.reason = "its set-up failed at " + finding.prerequisite;
    return judged;
  }
  judged.finding.kind = Finding::Kind::violated;
  judged.verdict = verdict_of_violation(clause.level);
  if (bad != clear) {
    judged.reason = fmt::format("intermittent: {} of {} runs", bad, clear);
  }
  return judged;
}

CaseVerdict judge_case(const Clause& clause, const CaseRun& run) {
  const Finding* bad = nullptr;
  std::size_t bad_count = 0;
  std::size_t clear = 0;
  CaseVerdict best;
  bool decided = false;
  for (const Finding& finding : run.findings) {
    if (finding.kind == Finding::Kind::unclear) {
      continue;
    }
    ++clear;
    if (is_bad(finding)) {
      ++bad_count;
      bad = bad == nullptr || finding.kind == Finding::Kind::violated ? &finding : bad;
      continue;
    }
    CaseVerdict taken{Verdict::not_applicable, finding, "needs " + finding.expected};
    if (finding.kind == Finding::Kind::not_supported) {
      taken = {Verdict::not_supported, finding, "the capability " + finding.expected + " is not declared"};
    } else if (finding.kind == Finding::Kind::took) {
      taken.verdict = clause.verdict_of(finding.alternative);
      taken.reason = finding.alternative == "A" ? "" : std::string(clause.meaning_of(finding.alternative));
    }
    best = decided && worse(best.verdict, taken.verdict) == best.verdict ? best : taken;
    decided = true;
  }
  if (bad != nullptr) {
    return judge_bad(clause, *bad, bad_count, clear);
  }
  if (!decided && !run.findings.empty()) {
    best.finding = run.findings.back();
    best.reason = best.finding.observed;
  }
  return best;
}

class Blocking {
 public:
  Blocking(const Catalogue& catalogue, const std::map<std::string, std::size_t>& index,
           const std::vector<ClauseVerdict>& verdicts, const std::map<std::string, std::string>& unmet)
      : catalogue_(catalogue), index_(index), verdicts_(verdicts), unmet_(unmet) {}

  // The failed clause at the bottom of what `id` builds on, or empty.
  std::string root_below(const std::string& id) {
    if (!visited_.insert(id).second) {
      return {};
    }
    std::vector<std::string> below;
    if (const Clause* clause = catalogue_.find(id)) {
      below = clause->needs;
    }
    if (const auto found = unmet_.find(id); found != unmet_.end()) {
      below.insert(below.begin(), found->second);
    }
    std::string direct;
    for (const std::string& needed : below) {
      if (const std::string deeper = root_below(needed); !deeper.empty()) {
        return deeper;
      }
      const auto at = index_.find(needed);
      if (direct.empty() && at != index_.end() && verdicts_[at->second].verdict == Verdict::fail) {
        direct = needed;
      }
    }
    return direct;
  }

 private:
  const Catalogue& catalogue_;
  const std::map<std::string, std::size_t>& index_;
  const std::vector<ClauseVerdict>& verdicts_;
  const std::map<std::string, std::string>& unmet_;
  std::set<std::string> visited_;
};

}  // namespace

std::vector<ClauseVerdict> fold(const Catalogue& catalogue, const std::vector<CaseRun>& runs) {
  std::vector<ClauseVerdict> verdicts;
  std::map<std::string, std::size_t> index;
  std::map<std::string, std::string> unmet;
  for (const Clause& clause : catalogue.clauses) {
    ClauseVerdict folded;
    folded.clause = &clause;
    bool any = false;
    for (const CaseRun& run : runs) {
      if (std::find(clause.cases.begin(), clause.cases.end(), run.id) == clause.cases.end()) {
        continue;
      }
      const CaseVerdict judged = judge_case(clause, run);
      folded.duration_ms += run.duration_ms;
      if (!any || worse(judged.verdict, folded.verdict) != folded.verdict) {
        folded.verdict = judged.verdict;
        folded.case_id = run.id;
        folded.expected = judged.finding.expected;
        folded.observed = judged.finding.observed;
        folded.reason = judged.reason;
        if (judged.finding.kind == Finding::Kind::unmet) {
          unmet[clause.id] = judged.finding.prerequisite;
        }
      }
      any = true;
    }
    if (any) {
      index[clause.id] = verdicts.size();
      verdicts.push_back(std::move(folded));
    }
  }
  std::vector<ClauseVerdict> resolved = verdicts;
  for (ClauseVerdict& verdict : resolved) {
    const bool open = verdict.verdict == Verdict::fail || verdict.verdict == Verdict::inconclusive;
    if (open) {
      verdict.blocked_by = Blocking(catalogue, index, verdicts, unmet).root_below(verdict.clause->id);
    }
    if (!verdict.blocked_by.empty()) {
      verdict.verdict = Verdict::blocked;
      verdict.reason = "cannot be judged while " + verdict.blocked_by + " fails";
    }
  }
  return resolved;
}

std::string_view ClauseVerdict::word() const {
  switch (declared) {
    case Declared::as_expected:
      return "XFAIL";
    case Declared::better:
      return "XPASS";
    case Declared::no:
      break;
  }
  return to_string(verdict);
}

std::string_view to_string(Conformance conformance) {
  switch (conformance) {
    case Conformance::conformant:
      return "CONFORMANT";
    case Conformance::conditional:
      return "CONDITIONAL";
    case Conformance::non_conformant:
      return "NON-CONFORMANT";
    case Conformance::incomplete:
      return "INCOMPLETE";
  }
  return "INCOMPLETE";
}

Conformance conclude(const std::vector<ClauseVerdict>& verdicts) {
  bool incomplete = std::all_of(verdicts.begin(), verdicts.end(), [](const ClauseVerdict& verdict) {
    return verdict.verdict == Verdict::not_supported;  // nothing was judged
  });
  bool conditional = false;
  for (const ClauseVerdict& verdict : verdicts) {
    if (verdict.declared == ClauseVerdict::Declared::as_expected) {
      conditional = true;
      continue;
    }
    if (verdict.verdict == Verdict::fail) {
      return Conformance::non_conformant;
    }
    const bool open = verdict.verdict == Verdict::blocked || verdict.verdict == Verdict::inconclusive ||
                      verdict.verdict == Verdict::not_applicable;
    incomplete = incomplete || (open && verdict.clause->level == Level::must);
  }
  if (incomplete) {
    return Conformance::incomplete;
  }
  return conditional ? Conformance::conditional : Conformance::conformant;
}

}  // namespace plumbline::conform
