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
  // Beside what the expectations file says of it, if anything.
  enum class Declared { no, as_expected, better } declared{Declared::no};

  [[nodiscard]] std::string_view word() const;  // XFAIL, XPASS, or the verdict
};

// One verdict for each clause that has a run, in catalogue order. Runs of a case never repair each other: any violation
// among the clear runs counts, and the reason tells how often it was seen.
[[nodiscard]] std::vector<ClauseVerdict> fold(const Catalogue& catalogue, const std::vector<CaseRun>& runs);

// conditional: nothing fails but what was declared to.
enum class Conformance { conformant, conditional, non_conformant, incomplete };
[[nodiscard]] std::string_view to_string(Conformance conformance);
[[nodiscard]] Conformance conclude(const std::vector<ClauseVerdict>& verdicts);

}  // namespace plumbline::conform
