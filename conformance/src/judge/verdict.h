// The words of a judgement and how single observations become one verdict per clause. Pure functions. Stage: judge.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumbline::conform {

enum class Level { must, should, may, ref, info };
[[nodiscard]] std::string_view to_string(Level level);
[[nodiscard]] std::optional<Level> level_from(std::string_view word);

enum class Verdict { pass, non_strict, warn, info, not_supported, not_applicable, blocked, inconclusive, fail };
[[nodiscard]] std::string_view to_string(Verdict verdict);  // "PASS", "NON_STRICT", ...
[[nodiscard]] std::optional<Verdict> verdict_from(std::string_view word);

// What one run of one case saw. The case knows the wire; the catalogue knows what it is worth.
struct Finding {
  enum class Kind {
    took,            // the target behaved as alternative `alternative` of the clause says
    violated,        // it did what the clause forbids
    unmet,           // a step of the set-up failed that belongs to clause `prerequisite`
    unclear,         // the suite could not see enough: lag, lost target
    not_supported,   // an optional capability, named by `expected`, that the target does not declare
    not_applicable,  // this configuration cannot tell right from wrong; `expected` says what would be needed
  };
  Kind kind{Kind::unclear};
  std::string alternative{"A"};
  std::string expected;
  std::string observed;
  std::string prerequisite;
  bool target_gone{false};  // a connection was refused while the case ran
  bool witnessed{false};    // what is wrong was received, not missed, so that lateness cannot excuse it

  bool operator==(const Finding&) const = default;
};

[[nodiscard]] Finding pass(std::string observed);  // alternative A
[[nodiscard]] Finding took(std::string_view alternative, std::string observed);
[[nodiscard]] Finding violated(std::string expected, std::string observed);
[[nodiscard]] Finding witnessed(std::string expected, std::string observed);  // violated, whatever the load
[[nodiscard]] Finding unmet(std::string_view clause, std::string expected, std::string observed);
[[nodiscard]] Finding unclear(std::string reason);
[[nodiscard]] Finding not_supported(std::string_view capability);
[[nodiscard]] Finding not_applicable(std::string needed);

// The verdict of a violated clause follows from its level: MUST fails, SHOULD warns, the others are told only.
[[nodiscard]] Verdict verdict_of_violation(Level level);

// The worst of two verdicts of the same clause. PASS beside NOT_APPLICABLE stays PASS: something was shown.
[[nodiscard]] Verdict worse(Verdict a, Verdict b);

}  // namespace plumbline::conform
