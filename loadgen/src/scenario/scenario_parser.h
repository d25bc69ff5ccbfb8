// YAML text -> Scenario, or every error of the file as `file:line:col: message; did you mean 'x'?`. Stage: scenario.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenario/scenario.h"

namespace plumbline::load {

struct ParsedScenario {
  Scenario scenario;
  std::vector<std::string> errors;  // empty: the scenario is valid
};

// `file` is only used in messages and to resolve paths that the scenario names relative to itself.
[[nodiscard]] ParsedScenario parse_scenario(std::string_view text, const std::string& file);

// Reads and parses a file; one that cannot be read is one error.
[[nodiscard]] ParsedScenario load_scenario(const std::string& file);

// Faults that the scenario's target, which the command line may have replaced, has no means to carry out.
[[nodiscard]] std::vector<std::string> fault_errors(const Scenario& scenario);

// A target given on the command line: an URL, or a target file.
struct ParsedTarget {
  Target target;
  std::vector<std::string> errors;
};
[[nodiscard]] ParsedTarget load_target(const std::string& url_or_file);

}  // namespace plumbline::load
