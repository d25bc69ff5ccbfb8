// The executable: hands over to a verb. Everything else is in the verb's folder.
#include <iostream>
#include <string>
#include <vector>

#include "plumbline/base/exit_code.h"
#include "plumbline/base/version.h"
#include "verbs.h"

int main(int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "--help";
  const bool asked = argc > 1 && (word == "--help" || word == "help");
  std::ostream& out = asked ? std::cout : std::cerr;
  std::string help = "plumbline: load tests and conformance for real-time messaging systems\n\n";
  for (const auto& verb : plumbline::kVerbs) {
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
