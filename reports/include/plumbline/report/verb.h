// The verb `plumbline report`: everything behind it is private to this folder.
#pragma once

#include <string>
#include <vector>

namespace plumbline::report {

// `args` are the words after the verb. Returns the process exit code (plumbline/base/exit_code.h).
[[nodiscard]] int run(const std::vector<std::string>& args);

}  // namespace plumbline::report
