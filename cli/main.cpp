// The executable: names the verbs and hands over. Everything else is in the verb's folder.
#include <iostream>
#include <string>
#include <vector>

#include "plumbline/base/exit_code.h"
#include "plumbline/base/version.h"
#include "plumbline/conform/verb.h"
#include "plumbline/load/verb.h"
#include "plumbline/report/verb.h"
#include "plumbline/serve/verb.h"
#include "plumbline/stack/verb.h"

constexpr struct {
  const char *name, *about;
  int (*run)(const std::vector<std::string>&);
} kVerbs[]{{"serve", "  plumbline serve     run the reference server\n", plumbline::serve::run},
           {"load", "  plumbline load      play a scenario against a target and judge it\n", plumbline::load::run},
           {"conform", "  plumbline conform   judge an implementation clause by clause\n", plumbline::conform::run},
           {"report", "  plumbline report    render a run directory again\n", plumbline::report::run},
           {"stack", "  plumbline stack     run the whole system, hurt it, heal it\n", plumbline::stack::run}};

int main(int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "--help";
  const bool asked = argc > 1 && (word == "--help" || word == "help");
  std::ostream& out = asked ? std::cout : std::cerr;
  std::string help = "plumbline: load tests and conformance for real-time messaging systems\n\n";
  for (const auto& verb : kVerbs) {
    if (word == verb.name) {
      return verb.run({argv + 2, argv + argc});
    }
    help += verb.about;
  }
  if (word == "--version") {
    std::cout << "plumbline " << plumbline::kVersion << '\n';
    return plumbline::to_int(plumbline::ExitCode::ok);
  }
  out << (asked || argc < 2 ? "" : "plumbline: unknown verb '" + word + "'\n\n") << help
      << "\n`plumbline VERB --help` tells more.\n\n"
      << plumbline::exit_code_help();
  return plumbline::to_int(asked ? plumbline::ExitCode::ok : plumbline::ExitCode::usage);
}
