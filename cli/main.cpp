// The executable: names the verbs and hands over. Everything else is in the verb's folder.
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "plumbline/base/exit_code.h"
#include "plumbline/base/version.h"
#include "plumbline/conform/verb.h"
#include "plumbline/load/verb.h"
#include "plumbline/report/verb.h"
#include "plumbline/serve/verb.h"

int main(int argc, char** argv) {
  using plumbline::ExitCode;
  const std::string verb = argc > 1 ? argv[1] : "";
  const std::vector<std::string> args(argv + (argc > 1 ? 2 : argc), argv + argc);
  const std::map<std::string, int (*)(const std::vector<std::string>&)> verbs{{"serve", plumbline::serve::run},
                                                                              {"load", plumbline::load::run},
                                                                              {"conform", plumbline::conform::run},
                                                                              {"report", plumbline::report::run}};
  if (const auto found = verbs.find(verb); found != verbs.end()) {
    return found->second(args);
  }
  if (verb == "--version") {
    std::cout << "plumbline " << plumbline::kVersion << '\n';
    return plumbline::to_int(ExitCode::ok);
  }
  const bool asked = verb == "--help" || verb == "help";
  if (!asked && !verb.empty()) {
    std::cerr << "plumbline: unknown verb '" << verb << "'\n\n";
  }
  (asked ? std::cout : std::cerr) << "plumbline: load tests and conformance for real-time messaging systems\n\n"
                                     "  plumbline serve     run the reference server\n"
                                     "  plumbline load      play a scenario against a target and judge it\n"
                                     "  plumbline conform   judge an implementation clause by clause\n"
                                     "  plumbline report    render a run directory again\n\n"
                                     "`plumbline VERB --help` tells more.\n\n"
                                  << plumbline::exit_code_help();
  return plumbline::to_int(asked ? ExitCode::ok : ExitCode::usage);
}
