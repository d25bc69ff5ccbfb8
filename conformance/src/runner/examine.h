// One take of one case on a medium, live or stored: the function that verdicts are pure in. Stage: runner.
#pragma once

#include <functional>

#include "cases/context.h"
#include "catalogue/catalogue.h"
#include "judge/case_run.h"

namespace plumbline::conform {

// `settle` is called with the end of a take that looks bad, before its lateness is asked for: a live run waits there
// until the lateness can be known.
[[nodiscard]] Examined examine(const CaseRecord& record, const Clause& clause, const Target& target, Medium& medium,
                               const std::function<void(Time)>& settle);

}  // namespace plumbline::conform
