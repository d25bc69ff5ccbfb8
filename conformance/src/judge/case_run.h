// All that is known of one case after its takes: what the fold draws the clause's verdict from. Stage: judge.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "judge/verdict.h"
#include "plumbline/base/clock.h"

namespace plumbline::conform {

// All takes of one case, in the order they were made.
struct CaseRun {
  std::string id;
  std::vector<Finding> findings;
  std::string log;  // wire log of the take that decided
  double duration_ms{0};
};

// What one take came to.
struct Examined {
  Finding finding;
  std::string log;
  Duration took{};
};

// What happened to a case beside its takes.
enum class Fact {
  interrupted,  // not run: the user stopped the run
  target_gone,  // not run: the target was gone
  forget,       // the target died somewhere: what was seen so far may be another case's doing
  died,         // after this take the target accepted no connection any more
  hung,         // after this take it accepted connections, but answered no request any more
};
[[nodiscard]] std::string_view to_string(Fact fact);
[[nodiscard]] std::optional<Fact> fact_from(std::string_view word);

void add(CaseRun& run, Examined examined);
void add(CaseRun& run, Fact fact);

}  // namespace plumbline::conform
