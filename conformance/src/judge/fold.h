// From the findings of all runs to one verdict per clause, and from those to one answer. Pure functions. Stage: judge.
#pragma once

#include <string>
#include <vector>

#include "catalogue/catalogue.h"
#include "judge/case_run.h"
#include "judge/verdict.h"

namespace plumbline::conform {

struct ClauseVerdict {
  const Clause* clause{nullptr};
  Verdict verdict{Verdict::inconclusive};
  std::string case_id;  // the case that decided
  std::string expected;
  std::string observed;
  std::string reason;      // why not PASS, when it is no plain failure: the alternative taken, what is missing
  std::string blocked_by;  // the clause at the root
  double duration_ms{0};
};

// One verdict for each clause that has a run, in catalogue order. Runs of a case never repair each other: any violation
// among the clear runs counts, and the reason tells how often it was seen.
[[nodiscard]] std::vector<ClauseVerdict> fold(const Catalogue& catalogue, const std::vector<CaseRun>& runs);

enum class Conformance { conformant, non_conformant, incomplete };
[[nodiscard]] std::string_view to_string(Conformance conformance);
[[nodiscard]] Conformance conclude(const std::vector<ClauseVerdict>& verdicts);

}  // namespace plumbline::conform
