#include "plumbline/base/exit_code.h"

#include <algorithm>
#include <array>

namespace plumbline {

ExitCode graver(ExitCode a, ExitCode b) {
  static constexpr std::array order{ExitCode::interrupted,  ExitCode::usage,       ExitCode::setup_failed,
                                    ExitCode::anomalies,    ExitCode::target_lost, ExitCode::no_judgement,
                                    ExitCode::gates_failed, ExitCode::ok};
  return *std::min(std::find(order.begin(), order.end(), a), std::find(order.begin(), order.end(), b));
}

std::string_view exit_code_help() {
  return "Exit codes:\n"
         "  0    as asked\n"
         "  1    gates, clauses or comparison not met\n"
         "  2    usage, or an invalid file\n"
         "  3    target unreachable or lost for good\n"
         "  4    INVALID, UNKNOWN, INCONCLUSIVE or INCOMPLETE: no judgement possible\n"
         "  5    anomalies: data lost, doubled, reordered, delivered to the wrong one\n"
         "  6    could not set up (port, package, disk, rights)\n"
         "  130  interrupted, report complete\n"
         "Where several apply the first of 130, 2, 6, 5, 3, 4, 1 wins.\n";
}

}  // namespace plumbline
