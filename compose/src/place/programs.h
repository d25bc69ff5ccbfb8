// Where the programs of the parts are.
#pragma once

#include <string>
#include <vector>

#include "place/failure.h"

namespace plumbline::stack {

// The path of `name`: in one of `folders`, else in the PATH, else in /usr/sbin; empty when nowhere.
[[nodiscard]] std::string find_program(const std::string& name, const std::vector<std::string>& folders);

struct Programs {
  std::string initdb;
  std::string postgres;
  std::string redis;
  std::string sentinel;
  std::string haproxy;
};

// All of them, or the sentence that names what to install.
[[nodiscard]] Outcome<Programs> find_programs();

}  // namespace plumbline::stack
