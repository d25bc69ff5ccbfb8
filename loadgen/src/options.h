// The command line of `plumbline load`, parsed and checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plumbline/base/clock.h"

namespace plumbline::load {

struct Options {
  std::string scenario;
  std::string target;  // URL or target file; empty: as the scenario says
  std::string out;     // run directory; empty: reports/runs/<name>/<UTC>/
  std::string jwt_key;
  std::string mutant;  // handed to the embedded server, or to every instance of the stack
  std::optional<std::uint64_t> seed;
  std::optional<Duration> duration;  // of the scenario's longest phase
  std::optional<Duration> settle;    // at most, after the load
  bool plan{false};
  bool json{false};
};

struct ParsedOptions {
  Options options;
  std::optional<int> exit;  // help was printed, or the words were wrong: end with this code
};

// A word as a POSIX shell must be given it: in single quotes when it has blanks or characters that mean something.
[[nodiscard]] std::string shell_word(const std::string& word);

[[nodiscard]] ParsedOptions parse_options(const std::vector<std::string>& args);

}  // namespace plumbline::load
