#include "plumbline/serve/verb.h"

#include <iostream>

#include "plumbline/base/exit_code.h"

namespace plumbline::serve {

int run(const std::vector<std::string>& args) {
  std::cerr << "plumbline serve: " << args.size() << " arguments\n";
  return to_int(ExitCode::usage);
}

}  // namespace plumbline::serve
