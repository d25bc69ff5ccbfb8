// The verbs `plumbline conform` and `plumbline doctor`: everything behind it is private to this folder.
#pragma once

#include <string>
#include <vector>

namespace plumbline::conform {

// `args` are the words after the verb. Returns the process exit code (plumbline/base/exit_code.h).
[[nodiscard]] int run(const std::vector<std::string>& args);

// The verb `plumbline doctor`: what a target needs so that every clause can be judged.
[[nodiscard]] int doctor(const std::vector<std::string>& args);

}  // namespace plumbline::conform
