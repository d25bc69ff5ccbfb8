// What `plumbline stack` can be told.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "control/protocol.h"
#include "plumbline/base/exit_code.h"
#include "topology/topology.h"

namespace plumbline::stack {

struct Options {
  enum class Verb { up, down, status, logs, deed, prepare, compose };

  Verb verb{Verb::up};
  std::string dir;
  Profile profile{Profile::full};
  int instances{3};
  std::uint16_t front_port{0};  // 0: any free one
  bool detach{false};
  bool json{false};
  bool embedded{false};
  std::vector<std::string> serve_words;
  std::string log_of;
  std::string out;  // where `compose` writes
  int lines{0};     // of a log, from its end; 0: all
  Request request;
};

struct EarlyEnd {
  std::string text;
  ExitCode code{ExitCode::usage};
};

[[nodiscard]] std::variant<Options, EarlyEnd> parse_options(const std::vector<std::string>& args);

}  // namespace plumbline::stack
