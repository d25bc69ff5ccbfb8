// `plumbline conform init` and what `plumbline doctor` is made of. Stage: command line.
#pragma once

#include <string>
#include <vector>

namespace plumbline::conform {

// The words after `init`; the exit code.
[[nodiscard]] int init_verb(const std::vector<std::string>& args);

}  // namespace plumbline::conform
