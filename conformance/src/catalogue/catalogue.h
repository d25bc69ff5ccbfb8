// The clauses: what is demanded, how strongly, what it builds on, what each legal behaviour is worth. Stage: catalogue.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "judge/verdict.h"

namespace plumbline::conform {

struct Alternative {
  std::string id;
  std::string when;
  Verdict verdict{Verdict::pass};
  bool timed{false};  // a matter of time, so that it is in doubt while the machine is overloaded
};

struct Clause {
  std::string id, title, text, subject, source_document, source_section, status, since, profile;
  Level level{Level::must};
  std::vector<std::string> required;      // capabilities; without one the clause is NOT_APPLICABLE
  std::vector<std::string> needs;         // clauses without which this one cannot be judged
  std::vector<Alternative> alternatives;  // besides A, which is what the text says and earns PASS
  std::vector<std::string> cases;
  std::vector<std::string> mutants;  // faults that this clause must fail
  std::string unproven;              // why no mutant is named

  [[nodiscard]] Verdict verdict_of(std::string_view alternative) const;
  [[nodiscard]] bool is_timed(std::string_view alternative) const;
  [[nodiscard]] std::string_view meaning_of(std::string_view alternative) const;
};

struct MutantExpectation {
  std::string id, fault;
  std::vector<std::string> fails, blocks, weakens;
};

struct Catalogue {
  std::vector<Clause> clauses;  // in the order of the files, which is that of their names
  std::vector<MutantExpectation> mutants;

  [[nodiscard]] const Clause* find(std::string_view id) const;
};

struct LoadedCatalogue {
  Catalogue catalogue;
  std::vector<std::string> errors;  // "file:line:col: sentence"
};

using SpecFiles = std::vector<std::pair<std::string_view, std::string_view>>;  // name, content

// Reads and cross-checks: ids unique and inside their area, references resolve, cases and clauses name each other.
[[nodiscard]] LoadedCatalogue load_catalogue(const SpecFiles& files);

// The files of conformance/spec as they were when this executable was built.
[[nodiscard]] const SpecFiles& embedded_spec();

}  // namespace plumbline::conform
