#include "judge/verdict.h"

#include <array>
#include <utility>

namespace plumbline::conform {
namespace {

constexpr std::array<std::pair<Level, std::string_view>, 5> kLevels{{{Level::must, "MUST"},
                                                                     {Level::should, "SHOULD"},
                                                                     {Level::may, "MAY"},
                                                                     {Level::ref, "REF"},
                                                                     {Level::info, "INFO"}}};

constexpr std::array<std::pair<Verdict, std::string_view>, 9> kVerdicts{{{Verdict::pass, "PASS"},
                                                                         {Verdict::non_strict, "NON_STRICT"},
                                                                         {Verdict::warn, "WARN"},
                                                                         {Verdict::info, "INFO"},
                                                                         {Verdict::not_supported, "NOT_SUPPORTED"},
                                                                         {Verdict::not_applicable, "NOT_APPLICABLE"},
                                                                         {Verdict::blocked, "BLOCKED"},
                                                                         {Verdict::inconclusive, "INCONCLUSIVE"},
                                                                         {Verdict::fail, "FAIL"}}};

template <class Table, class Key>
std::string_view word_of(const Table& table, Key key) {
  for (const auto& [value, word] : table) {
    if (value == key) {
      return word;
    }
  }
  return "?";
}

int gravity(Verdict verdict) {
  switch (verdict) {
    case Verdict::not_supported:
      return 0;
    case Verdict::not_applicable:
      return 1;
    case Verdict::pass:
      return 2;
    case Verdict::info:
      return 3;
    case Verdict::non_strict:
      return 4;
    case Verdict::warn:
      return 5;
    case Verdict::blocked:
      return 6;
    case Verdict::inconclusive:
      return 7;
    case Verdict::fail:
      return 8;
  }
  return 8;
}

}  // namespace

std::string_view to_string(Level level) {
  return word_of(kLevels, level);
}
std::string_view to_string(Verdict verdict) {
  return word_of(kVerdicts, verdict);
}

std::optional<Level> level_from(std::string_view word) {
  for (const auto& [level, name] : kLevels) {
    if (name == word) {
      return level;
    }
  }
  return std::nullopt;
}

std::optional<Verdict> verdict_from(std::string_view word) {
  for (const auto& [verdict, name] : kVerdicts) {
    if (name == word) {
      return verdict;
    }
  }
  return std::nullopt;
}

Finding pass(std::string observed) {
  return took("A", std::move(observed));
}

Finding took(std::string_view alternative, std::string observed) {
  Finding finding;
  finding.kind = Finding::Kind::took;
  finding.alternative = alternative;
  finding.observed = std::move(observed);
  return finding;
}

Finding violated(std::string expected, std::string observed) {
  Finding finding;
  finding.kind = Finding::Kind::violated;
  finding.expected = std::move(expected);
  finding.observed = std::move(observed);
  return finding;
}

Finding witnessed(std::string expected, std::string observed) {
  Finding finding = violated(std::move(expected), std::move(observed));
  finding.witnessed = true;
  return finding;
}

Finding unmet(std::string_view clause, std::string expected, std::string observed) {
  Finding finding = violated(std::move(expected), std::move(observed));
  finding.kind = Finding::Kind::unmet;
  finding.prerequisite = clause;
  return finding;
}

Finding unclear(std::string reason) {
  Finding finding;
  finding.kind = Finding::Kind::unclear;
  finding.observed = std::move(reason);
  return finding;
}

Finding not_supported(std::string_view capability) {
  Finding finding;
  finding.kind = Finding::Kind::not_supported;
  finding.expected = capability;
  return finding;
}

Finding not_applicable(std::string needed) {
  Finding finding;
  finding.kind = Finding::Kind::not_applicable;
  finding.expected = std::move(needed);
  return finding;
}

Verdict verdict_of_violation(Level level) {
  switch (level) {
    case Level::must:
      return Verdict::fail;
    case Level::should:
      return Verdict::warn;
    case Level::may:
    case Level::ref:
      return Verdict::non_strict;
    case Level::info:
      return Verdict::info;
  }
  return Verdict::fail;
}

Verdict worse(Verdict a, Verdict b) {
  return gravity(a) >= gravity(b) ? a : b;
}

}  // namespace plumbline::conform
