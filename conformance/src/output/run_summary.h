// Everything that one run of the verb came to; what terminal and run directory are written from. Stage: output.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "judge/fold.h"
#include "plumbline/base/exit_code.h"
#include "runner/runner.h"
#include "target/target.h"

namespace plumbline::conform {

struct RunSummary {
  const Catalogue* catalogue{nullptr};
  Target target;
  std::vector<ClauseVerdict> verdicts;  // of the clauses that were asked for
  RunnerReport report;
  Conformance conformance{Conformance::incomplete};
  ExitCode exit_code{ExitCode::no_judgement};
  std::uint64_t seed{0};
  double seconds{0};
  bool selection{false};  // not the whole profile
  std::string profile{"core"};
  std::string target_words;  // as typed: "--target URL", "--mutant ID", or empty
  std::string started_at;

  [[nodiscard]] std::string reproduce(const std::string& clause) const;
  [[nodiscard]] std::string evidence(const ClauseVerdict& verdict) const;  // "evidence/EIO-UP-04.a.log:1-58"
};

// Exit code of a judged run; a lost target, a failure, or nothing to say about a clause.
[[nodiscard]] ExitCode exit_code_for(Conformance conformance, bool target_lost);

// The terminal text of product.md. `verbose` adds a line for every clause and the reasons.
[[nodiscard]] std::string terminal_text(const RunSummary& summary, bool verbose);

}  // namespace plumbline::conform
