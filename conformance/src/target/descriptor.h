// Target files: what an implementation declares about itself (schema target/1). Stage: target.
#pragma once

#include <string>
#include <vector>

#include "target/target.h"

namespace plumbline::conform {

struct ReadTarget {
  Target target;
  Control control;
  std::string pid_file;             // as named there; empty: none
  std::string expectations;         // file of its known departures, as named there; empty: none
  std::vector<std::string> errors;  // "file:line:col: sentence"; the target is usable only when empty
};

// `file` names the text in errors.
[[nodiscard]] ReadTarget read_descriptor(const std::string& file, const std::string& text);

}  // namespace plumbline::conform
