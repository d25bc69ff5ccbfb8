#include "run.h"

#include <iostream>

#include "plumbline/base/exit_code.h"

namespace plumbline::load {

int run_plan(const Plan& plan, const Options& options) {
  std::cerr << "plumbline load: " << plan.scenario.name << " " << options.out << ": only --plan works in this build\n";
  return to_int(ExitCode::setup_failed);
}

}  // namespace plumbline::load
