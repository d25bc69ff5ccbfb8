#include "judge/case_run.h"

#include <algorithm>
#include <array>
#include <utility>

namespace plumbline::conform {
namespace {

constexpr std::array<std::pair<Fact, std::string_view>, 5> kFacts{{{Fact::interrupted, "interrupted"},
                                                                   {Fact::target_gone, "target-gone"},
                                                                   {Fact::forget, "forget"},
                                                                   {Fact::died, "died"},
                                                                   {Fact::hung, "hung"}}};

}  // namespace

std::string_view to_string(Fact fact) {
  for (const auto& [value, word] : kFacts) {
    if (value == fact) {
      return word;
    }
  }
  return "?";
}

std::optional<Fact> fact_from(std::string_view word) {
  for (const auto& [value, name] : kFacts) {
    if (name == word) {
      return value;
    }
  }
  return std::nullopt;
}

void add(CaseRun& run, Examined examined) {
  const bool first = run.findings.empty();
  const bool good = examined.finding.kind == Finding::Kind::took;
  run.findings.push_back(std::move(examined.finding));
  run.duration_ms = std::max(run.duration_ms, std::chrono::duration<double, std::milli>(examined.took).count());
  if (first || !good) {
    run.log = std::move(examined.log);
  }
}

void add(CaseRun& run, Fact fact) {
  switch (fact) {
    case Fact::interrupted:
      run.findings.push_back(unclear("not run: interrupted"));
      break;
    case Fact::target_gone:
      run.findings.push_back(unclear("the target was gone"));
      break;
    case Fact::forget:
      run.findings.clear();
      break;
    case Fact::died:
    case Fact::hung: {
      const std::string seen = run.findings.empty() ? "nothing" : run.findings.back().observed;
      run.findings.assign(1, violated("the target survives the case",
                                      (fact == Fact::died ? "it accepts no connections any more; last seen: "
                                                          : "it answers no request any more; last seen: ") +
                                          seen));
      break;
    }
  }
}

}  // namespace plumbline::conform
