// The words after `plumbline conform`. Stage: command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "target/choose.h"

namespace plumbline::conform {

struct Options {
  enum class Task { run, list, explain, spec } task{Task::run};
  std::vector<std::string> ids;  // whole ids or beginnings of them; empty: all
  std::string target;            // URL or file; empty: our own server
  std::string profile{"core"};
  std::string out;
  OwnChoice own;
  std::string expectations;  // file with the known departures; empty: the one that the target file names
  std::string subject{"server"};
  std::optional<std::uint64_t> seed;
  bool json{false};
  bool verbose{false};
};

struct ParsedOptions {
  Options options;
  std::optional<int> exit;  // --help or an error was dealt with: end with this code
};

[[nodiscard]] ParsedOptions parse_options(const std::vector<std::string>& args);

}  // namespace plumbline::conform
