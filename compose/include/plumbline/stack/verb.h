// The verb `stack`: the whole system as child processes of one supervisor, and the commands that hurt and heal it.
#pragma once

#include <string>
#include <vector>

namespace plumbline::stack {

// `args` without the program and the verb. Blocks until done; the result is the exit code.
[[nodiscard]] int run(const std::vector<std::string>& args);

}  // namespace plumbline::stack
