// The verb `plumbline serve`: everything behind it is private to this folder.
#pragma once

#include <string>
#include <vector>

namespace plumbline::serve {

// `args` are the words after the verb. Returns the process exit code (plumbline/base/exit_code.h).
[[nodiscard]] int run(const std::vector<std::string>& args);

}  // namespace plumbline::serve
