// The executable: names the verbs and hands over. Everything else is in the verb's folder.
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "plumbline/base/exit_code.h"
#include "plumbline/base/version.h"
#include "plumbline/conform/verb.h"
#include "plumbline/load/verb.h"
#include "plumbline/report/verb.h"
#include "plumbline/serve/verb.h"

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::string_view verb = words.empty() ? std::string_view{} : std::string_view{words.front()};
  const std::vector<std::string> args(words.begin() + (words.empty() ? 0 : 1), words.end());
  if (verb == "serve") return plumbline::serve::run(args);
  if (verb == "load") return plumbline::load::run(args);
  if (verb == "conform") return plumbline::conform::run(args);
  if (verb == "report") return plumbline::report::run(args);
  if (verb == "--version") {
    std::cout << "plumbline " << plumbline::kVersion << '\n';
    return plumbline::to_int(plumbline::ExitCode::ok);
  }
  const bool asked = verb == "--help" || verb == "help";
  (asked ? std::cout : std::cerr)
      << "plumbline: load tests and conformance for real-time messaging systems\n\n"
         "  plumbline serve     run the reference server\n"
         "  plumbline load      play a scenario against a target and judge it\n"
         "  plumbline conform   judge an implementation clause by clause\n"
         "  plumbline report    render a run directory again\n\n"
         "`plumbline VERB --help` tells more. First result: plumbline load scenarios/smoke.yaml\n\n"
      << plumbline::exit_code_help();
  return plumbline::to_int(asked ? plumbline::ExitCode::ok : plumbline::ExitCode::usage);
}
