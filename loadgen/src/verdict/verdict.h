// From facts to one outcome, one exit code and one sentence (product.md, "two axes"). Pure. Stage: verdict.
#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "plumbline/base/exit_code.h"
#include "plumbline/checker/streaming_checker.h"
#include "plumbline/history/run_result.h"
#include "watch/window_verdict.h"

namespace plumbline::load {

struct Facts {
  Ending ending{Ending::complete};
  std::string ending_sentence;  // why it ended early
  bool settled{true};           // all delivered and read in time
  checker::CheckerReport ledger;
  GeneratorVerdict generator;
  std::vector<history::GateResult> gates;
  bool nothing_sent{false};
  bool faulted{false};
  std::string vacuous;      // why the faults of the run prove nothing
  double longest_gap_s{0};  // of the faults
  double e2e_p99_ms{0};     // for the sentence of a good run; 0 when there is none
};

struct Verdict {
  history::Outcome outcome{history::Outcome::unknown};
  ExitCode exit_code{ExitCode::no_judgement};
  std::string reason;  // machine-readable, empty when all is well
  std::string sentence;
};

[[nodiscard]] Verdict judge(const Facts& facts);

}  // namespace plumbline::load
