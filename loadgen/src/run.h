// Runs a plan from the first process to the printed verdict: target, engine, judgement, run directory, report.
#pragma once

#include "options.h"
#include "plan/plan.h"

namespace plumbline::load {

[[nodiscard]] int run_plan(const Plan& plan, const Options& options);

}  // namespace plumbline::load
