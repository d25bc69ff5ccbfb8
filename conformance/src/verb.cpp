#include "plumbline/conform/verb.h"

#include <iostream>

#include "plumbline/base/exit_code.h"

namespace plumbline::conform {

int run(const std::vector<std::string>& args) {
  std::cerr << "plumbline conform: " << args.size() << " arguments\n";
  return to_int(ExitCode::usage);
}

}  // namespace plumbline::conform
