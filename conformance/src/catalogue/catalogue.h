// The clauses: what is demanded, how strongly, what it builds on, what each legal behaviour is worth. Stage: catalogue.
#pragma once

#include <map>
#include <set>
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
  std::vector<std::string> demands;       // kinds of case that it takes to judge it: positive, negative, boundary, ...
  std::vector<std::string> cases;
  std::vector<std::string> faults;   // of the known single faults those that it is there to find
  std::vector<std::string> mutants;  // faults of our server that it does find, as the matrix says
  std::string unproven;              // why no mutant is named
  std::string untestable;            // why no case can see it from outside
  std::string interpretation;        // where the text leaves room: id of the decision

  [[nodiscard]] bool active() const { return status == "active"; }

  // Whether its cases stop and start the target; whether nothing else may go on while they run.
  [[nodiscard]] bool restarts() const;
  [[nodiscard]] bool runs_alone() const;

  [[nodiscard]] Verdict verdict_of(std::string_view alternative) const;
  [[nodiscard]] bool is_timed(std::string_view alternative) const;
  [[nodiscard]] std::string_view meaning_of(std::string_view alternative) const;
};

struct MutantExpectation {
  std::string id;
  std::string row;  // the clause that the fault is there for
  std::string fault;
  std::string variant;   // of our own server that can show it; empty: plain
  std::string unsteady;  // why what it leads to differs from run to run; then only the row is certain
  std::vector<std::string> fails, warns, blocks, weakens, tells, skips;

  [[nodiscard]] bool found_by(const std::string& clause) const;
};

struct Area {
  std::string id, title, profile;
};

// A point that the protocol text leaves open, or that a respected implementation sees otherwise, and the decision.
struct Interpretation {
  std::string id, date, question, words, seen, decision, why;
  std::vector<std::string> clauses;
};

struct Catalogue {
  std::vector<Clause> clauses;  // in the order of the files, which is that of their names
  std::vector<MutantExpectation> mutants;
  std::vector<Area> areas{};
  std::vector<Interpretation> interpretations{};

  [[nodiscard]] const Clause* find(std::string_view id) const;
  // Is one of `ids` below `clause`, directly or through what it needs?
  [[nodiscard]] bool builds_on(const Clause& clause, const std::set<std::string>& ids) const;
};

struct LoadedCatalogue {
  Catalogue catalogue;
  std::vector<std::string> errors;  // "file:line:col: sentence"
};

using SpecFiles = std::vector<std::pair<std::string_view, std::string_view>>;  // name, content

// Reads and cross-checks: ids unique and inside their area, references resolve, cases and clauses name each other,
// an active clause has the kinds of case that it demands, a draft has none.
[[nodiscard]] LoadedCatalogue load_catalogue(const SpecFiles& files);

// Complaints about what the files say together.
[[nodiscard]] std::vector<std::string> check_references(const Catalogue& catalogue);

// The files of conformance/spec as they were when this executable was built.
[[nodiscard]] const SpecFiles& embedded_spec();

}  // namespace plumbline::conform
