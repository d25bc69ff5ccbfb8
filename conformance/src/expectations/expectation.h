// Known departures of a target: what was declared, and how a run compares with it. Pure functions. Stage: judge.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "judge/fold.h"

namespace plumbline::conform {

// One clause of one entry of an expectations file (schema expectations/1).
struct Expectation {
  std::string clause;
  Verdict expect{Verdict::fail};  // fail, warn or inconclusive
  std::string signature;          // what `observed` begins with; empty: anything
  std::string reason;             // why it is known, for the reader
  std::string expires;            // YYYY-MM-DD, the last day on which it counts

  bool operator==(const Expectation&) const = default;
};

// Marks in `verdicts` what is as declared (XFAIL) and what is better than declared (XPASS), and tells every way in
// which declaration and run differ, a sentence each. Entries for clauses that were not asked for do not matter.
[[nodiscard]] std::vector<std::string> compare_with(const std::vector<Expectation>& expectations,
                                                    std::string_view started_at, const std::set<std::string>& asked,
                                                    std::vector<ClauseVerdict>& verdicts);

}  // namespace plumbline::conform
