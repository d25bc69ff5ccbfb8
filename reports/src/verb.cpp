#include "plumbline/report/verb.h"

#include <iostream>

#include "plumbline/base/exit_code.h"

namespace plumbline::report {

int run(const std::vector<std::string>& args) {
  std::cerr << "plumbline report: " << args.size() << " arguments\n";
  return to_int(ExitCode::usage);
}

}  // namespace plumbline::report
