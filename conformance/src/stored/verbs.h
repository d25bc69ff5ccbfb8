// `plumbline conform rejudge` and `compare`: what is asked of runs that are over. Stage: command line.
#pragma once

#include <string>
#include <vector>

namespace plumbline::conform {

// The words after `rejudge` or `compare`; the exit code.
[[nodiscard]] int rejudge_verb(const std::vector<std::string>& args);
[[nodiscard]] int compare_verb(const std::vector<std::string>& args);

}  // namespace plumbline::conform
