// What changed between two runs, clause by clause. Pure functions. Stage: stored.
#pragma once

#include <string>
#include <vector>

#include "plumbline/base/exit_code.h"
#include "plumbline/history/run_result.h"

namespace plumbline::conform {

struct Change {
  std::string clause, title, before, after;  // verdicts; "-" where the run did not judge the clause
  std::string observed;                      // in the second run
};

struct Comparison {
  std::vector<Change> worse;    // a step down, such as PASS to FAIL or to WARN
  std::vector<Change> better;   // a step up
  std::vector<Change> unknown;  // judged before, not judged or not judgeable now
  std::vector<Change> other;    // new clauses, and those that could not be judged before
  std::size_t same{0};

  // 0: nothing got worse. 1: something did. 4: something cannot be told any more.
  [[nodiscard]] ExitCode exit_code() const;
};

[[nodiscard]] Comparison compare(const history::RunResult& before, const history::RunResult& after);
[[nodiscard]] std::string comparison_text(const Comparison& comparison);
[[nodiscard]] std::string comparison_json(const Comparison& comparison);

}  // namespace plumbline::conform
