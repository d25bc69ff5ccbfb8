// Judging again from what was recorded: the same case on a stored medium. Stage: runner.
#pragma once

#include <string>
#include <vector>

#include "catalogue/catalogue.h"
#include "evidence/text.h"
#include "judge/case_run.h"
#include "target/target.h"

namespace plumbline::conform {

struct Replayed {
  CaseRun run;
  // Why this version cannot say what the record means: the case is unknown or did something else than then. Its
  // findings are then unclear. Empty: all was as recorded.
  std::string departure;
};

// A pure function: no clock, no network. All parts belong to the case `id`; a target differs from take to take only in
// where it listened.
[[nodiscard]] Replayed replay(const Catalogue& catalogue, const Target& target, const std::string& id,
                              const std::vector<EvidencePart>& parts);

}  // namespace plumbline::conform
