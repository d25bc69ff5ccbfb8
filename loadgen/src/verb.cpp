#include "plumbline/load/verb.h"

#include <iostream>

#include "plumbline/base/exit_code.h"

namespace plumbline::load {

int run(const std::vector<std::string>& args) {
  std::cerr << "plumbline load: " << args.size() << " arguments\n";
  return to_int(ExitCode::usage);
}

}  // namespace plumbline::load
