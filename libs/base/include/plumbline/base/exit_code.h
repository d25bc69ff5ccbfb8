// What a plumbline process says to the shell when it ends (product.md, "exit codes").
#pragma once

#include <string_view>

namespace plumbline {

enum class ExitCode : int {
  ok = 0,
  gates_failed = 1,   // gates, clauses or comparison not met
  usage = 2,          // usage, or an invalid file
  target_lost = 3,    // target unreachable or lost for good
  no_judgement = 4,   // INVALID, UNKNOWN, INCONCLUSIVE or INCOMPLETE
  anomalies = 5,      // data lost, doubled, reordered, delivered to the wrong one
  setup_failed = 6,   // port, package, disk, rights
  interrupted = 130,  // by the user, report complete
};

// Where several apply, the first of 130, 2, 6, 5, 3, 4, 1 wins.
[[nodiscard]] ExitCode graver(ExitCode a, ExitCode b);

// The table printed at the end of every --help.
[[nodiscard]] std::string_view exit_code_help();

[[nodiscard]] constexpr int to_int(ExitCode code) {
  return static_cast<int>(code);
}

}  // namespace plumbline
