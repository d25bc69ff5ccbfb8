// Everything that one run of the verb came to; what terminal and run directory are written from. Stage: output.
#pragma once

#include <string>
#include <vector>

#include "judge/fold.h"
#include "output/run_facts.h"
#include "plumbline/base/exit_code.h"

namespace plumbline::conform {

struct RunSummary : RunFacts {
  const Catalogue* catalogue{nullptr};
  std::vector<ClauseVerdict> verdicts;  // of the clauses that were asked for
  std::vector<CaseRun> runs;
  std::vector<std::string> surprises;  // how the run differs from its expectations
  RunEnd end;
  Conformance conformance{Conformance::incomplete};
  ExitCode exit_code{ExitCode::no_judgement};

  [[nodiscard]] std::string reproduce(const std::string& clause) const;
  [[nodiscard]] std::string evidence(const ClauseVerdict& verdict) const;  // "evidence/EIO-UP-04.a.log:1-58"
};

// From the runs of the cases to verdicts, conformance and exit code. Pure: the same for a run and for its record.
void conclude_run(RunSummary& summary);

// Exit code of a judged run; a lost target, a failure, or nothing to say about a clause.
[[nodiscard]] ExitCode exit_code_for(Conformance conformance, bool target_lost);

// The terminal text of product.md. `verbose` adds a line for every clause and the reasons.
[[nodiscard]] std::string terminal_text(const RunSummary& summary, bool verbose);

}  // namespace plumbline::conform
