#include "expectations/expectation.h"

#include <fmt/format.h>

#include <algorithm>

namespace plumbline::conform {
namespace {

bool holds(Verdict verdict) {
  return verdict == Verdict::pass || verdict == Verdict::non_strict || verdict == Verdict::info;
}

// One verdict beside what was declared of it. Empty: as declared.
std::string compare_one(const Expectation& declared, std::string_view today, ClauseVerdict& verdict) {
  const std::string_view found = to_string(verdict.verdict);
  if (today > declared.expires) {
    return fmt::format("{}: the entry counted until {}; {} is judged without it", declared.clause, declared.expires,
                       found);
  }
  if (holds(verdict.verdict) || (declared.expect == Verdict::fail && verdict.verdict == Verdict::warn)) {
    verdict.declared = ClauseVerdict::Declared::better;
    return fmt::format("{}: declared {}, but it is {}; remove the entry", declared.clause, to_string(declared.expect),
                       found);
  }
  if (verdict.verdict != declared.expect) {
    return fmt::format("{}: declared {}, but it is {}", declared.clause, to_string(declared.expect), found);
  }
  if (!verdict.observed.starts_with(declared.signature)) {
    return fmt::format("{}: declared to begin with '{}', but observed: {}", declared.clause, declared.signature,
                       verdict.observed);
  }
  verdict.declared = ClauseVerdict::Declared::as_expected;
  verdict.reason = fmt::format("known until {}: {}{}{}", declared.expires, declared.reason,
                               verdict.reason.empty() ? "" : "; ", verdict.reason);
  return {};
}

}  // namespace

std::vector<std::string> compare_with(const std::vector<Expectation>& expectations, std::string_view started_at,
                                      const std::set<std::string>& asked, std::vector<ClauseVerdict>& verdicts) {
  std::vector<std::string> differences;
  for (const Expectation& declared : expectations) {
    if (asked.count(declared.clause) == 0) {
      continue;
    }
    const auto verdict = std::find_if(verdicts.begin(), verdicts.end(), [&declared](const ClauseVerdict& one) {
      return one.clause->id == declared.clause;
    });
    std::string difference = verdict == verdicts.end() ? fmt::format("{}: declared {}, but it was not judged",
                                                                     declared.clause, to_string(declared.expect))
                                                       : compare_one(declared, started_at.substr(0, 10), *verdict);
    if (!difference.empty()) {
      differences.push_back(std::move(difference));
    }
  }
  return differences;
}

}  // namespace plumbline::conform
