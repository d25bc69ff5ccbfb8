#include "plumbline/load/verb.h"

#include <algorithm>
#include <iostream>

#include "options.h"
#include "plan/plan.h"
#include "plumbline/base/exit_code.h"
#include "plumbline/base/random.h"
#include "run.h"
#include "scenario/scenario_parser.h"

namespace plumbline::load {
namespace {

int complain(const std::vector<std::string>& errors) {
  for (const std::string& error : errors) {
    std::cerr << error << '\n';
  }
  return to_int(ExitCode::usage);
}

// The phase that the scenario is about is its longest; a step phase keeps its steps.
void lengthen(Scenario& scenario, Duration length) {
  const auto longest =
      std::max_element(scenario.phases.begin(), scenario.phases.end(), [](const Phase& a, const Phase& b) {
        return (a.kind == Phase::Kind::hold ? a.length : Duration{0}) <
               (b.kind == Phase::Kind::hold ? b.length : Duration{0});
      });
  if (longest != scenario.phases.end()) {
    longest->length = length;
  }
}

}  // namespace

int run(const std::vector<std::string>& args) {
  const ParsedOptions parsed = parse_options(args);
  if (parsed.exit) {
    return *parsed.exit;
  }
  const Options& options = parsed.options;
  ParsedScenario scenario = load_scenario(options.scenario);
  if (!scenario.errors.empty()) {
    return complain(scenario.errors);
  }
  if (!options.target.empty()) {
    ParsedTarget target = load_target(options.target);
    if (!target.errors.empty()) {
      return complain(target.errors);
    }
    target.target.app = scenario.scenario.target.app;
    scenario.scenario.target = target.target;
  }
  if (const std::vector<std::string> errors = fault_errors(scenario.scenario); !errors.empty()) {
    return complain(errors);
  }
  if (options.duration) {
    lengthen(scenario.scenario, *options.duration);
  }
  scenario.scenario.seed = options.seed.value_or(scenario.scenario.seed);
  const Plan plan =
      make_plan(std::move(scenario.scenario), options.plan ? 0 : static_cast<std::uint32_t>(entropy_seed()));
  if (options.plan) {
    std::cout << (options.json ? plan_json(plan) : plan_text(plan));
    return to_int(ExitCode::ok);
  }
  return run_plan(plan, options);
}

}  // namespace plumbline::load
