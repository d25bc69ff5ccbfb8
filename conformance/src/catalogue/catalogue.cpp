#include "catalogue/catalogue.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalogue/strict_map.h"

namespace plumbline::conform {
namespace {

Alternative read_alternative(Complaints& complaints, const YAML::Node& node) {
  StrictMap map(complaints, node, "alternative");
  Alternative alternative{map.text("id"), map.text("when"), Verdict::pass, false};
  const std::string word = map.text("verdict");
  if (const auto verdict = verdict_from(word)) {
    alternative.verdict = *verdict;
  } else {
    complaints.add(map.mark(), fmt::format("'{}' is no verdict", word));
  }
  alternative.timed = map.text("timed", false) == "true";
  map.done();
  return alternative;
}

Clause read_clause(Complaints& complaints, const YAML::Node& node, const std::string& area) {
  StrictMap map(complaints, node, "clause");
  Clause clause;
  clause.id = map.text("id");
  clause.title = map.text("title");
  const std::string level = map.text("level");
  if (const auto known = level_from(level)) {
    clause.level = *known;
  } else {
    complaints.add(map.mark(), fmt::format("'{}' is no level (MUST, SHOULD, MAY, REF, INFO)", level));
  }
  clause.subject = map.text("subject");
  clause.text = map.text("text");
  StrictMap source(complaints, map.get("source"), "source");
  clause.source_document = source.text("doc");
  clause.source_section = source.text("section");
  source.done();
  clause.required = map.texts("requires");
  clause.needs = map.texts("needs");
  for (const YAML::Node& alternative : map.get("alternatives")) {
    clause.alternatives.push_back(read_alternative(complaints, alternative));
  }
  clause.demands = map.texts("demands");
  clause.cases = map.texts("cases");
  clause.faults = map.texts("faults");
  clause.unproven = map.text("unproven", false);
  clause.untestable = map.text("untestable", false);
  clause.interpretation = map.text("interpretation", false);
  clause.status = map.text("status");
  clause.since = map.text("since");
  map.done();
  if (!std::string_view(clause.id).starts_with(area + "-")) {
    complaints.add(map.mark(), fmt::format("clause '{}' does not belong to area {}", clause.id, area));
  }
  return clause;
}

void read_clauses(Complaints& complaints, StrictMap& file, Catalogue& catalogue) {
  const std::string profile = file.text("profile");
  const std::string area = file.text("area");
  catalogue.areas.push_back({area, file.text("title"), profile});
  for (const YAML::Node& node : file.get("clauses")) {
    catalogue.clauses.push_back(read_clause(complaints, node, area));
    catalogue.clauses.back().profile = profile;
  }
}

void read_mutants(Complaints& complaints, StrictMap& file, Catalogue& catalogue) {
  for (const YAML::Node& node : file.get("mutants")) {
    StrictMap map(complaints, node, "mutant");
    catalogue.mutants.push_back({map.text("id"), map.text("row"), map.text("fault"), map.text("variant", false),
                                 map.text("unsteady", false), map.texts("fails"), map.texts("warns"),
                                 map.texts("blocks"), map.texts("weakens"), map.texts("tells"), map.texts("skips")});
    map.done();
  }
}

void read_interpretations(Complaints& complaints, StrictMap& file, Catalogue& catalogue) {
  for (const YAML::Node& node : file.get("interpretations")) {
    StrictMap map(complaints, node, "interpretation");
    Interpretation read;
    read.id = map.text("id");
    read.date = map.text("date");
    read.clauses = map.texts("clauses");
    read.question = map.text("question");
    read.words = map.text("words");
    read.seen = map.text("seen");
    read.decision = map.text("decision");
    read.why = map.text("why");
    map.done();
    catalogue.interpretations.push_back(std::move(read));
  }
}

void read_file(std::string_view name, std::string_view content, LoadedCatalogue& loaded) {
  Complaints complaints{std::string(name)};
  const YAML::Node root = load_yaml(complaints, std::string(content));
  if (complaints.empty()) {
    StrictMap file(complaints, root, "the file");
    const std::string schema = file.text("schema");
    if (schema == "clause-catalogue/1") {
      read_clauses(complaints, file, loaded.catalogue);
    } else if (schema == "mutant-matrix/1") {
      read_mutants(complaints, file, loaded.catalogue);
    } else if (schema == "interpretations/1") {
      read_interpretations(complaints, file, loaded.catalogue);
    } else {
      complaints.add(file.mark(), fmt::format("unknown schema '{}'", schema));
    }
    file.done();
  }
  loaded.errors.insert(loaded.errors.end(), complaints.all().begin(), complaints.all().end());
}

// A clause knows the faults that it finds: those that it fails or warns at, and those that are there for it.
void name_mutants(Catalogue& catalogue) {
  for (Clause& clause : catalogue.clauses) {
    for (const MutantExpectation& mutant : catalogue.mutants) {
      if (mutant.found_by(clause.id)) {
        clause.mutants.push_back(mutant.id);
      }
    }
  }
}

}  // namespace

bool MutantExpectation::found_by(const std::string& clause) const {
  const auto in = [&clause](const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), clause) != list.end();
  };
  return in(fails) || in(warns) || (clause == row && (in(weakens) || in(tells)));
}

bool Clause::restarts() const {
  return std::find(required.begin(), required.end(), "control.restart") != required.end();
}

bool Clause::runs_alone() const {
  return restarts() || std::any_of(required.begin(), required.end(), [](const std::string& capability) {
           return capability == "observe.process" || capability == "scale" || capability == "control.backplane";
         });
}

Verdict Clause::verdict_of(std::string_view alternative) const {
  for (const Alternative& known : alternatives) {
    if (known.id == alternative) {
      return known.verdict;
    }
  }
  return alternative == "A" ? Verdict::pass : Verdict::inconclusive;  // the catalogue test finds such a case
}

bool Clause::is_timed(std::string_view alternative) const {
  return std::any_of(alternatives.begin(), alternatives.end(),
                     [alternative](const Alternative& known) { return known.id == alternative && known.timed; });
}

std::string_view Clause::meaning_of(std::string_view alternative) const {
  for (const Alternative& known : alternatives) {
    if (known.id == alternative) {
      return known.when;
    }
  }
  return "as the clause says";
}

const Clause* Catalogue::find(std::string_view id) const {
  const auto found = std::find_if(clauses.begin(), clauses.end(), [id](const Clause& c) { return c.id == id; });
  return found == clauses.end() ? nullptr : &*found;
}

bool Catalogue::builds_on(const Clause& clause, const std::set<std::string>& ids) const {
  std::vector<std::string> open = clause.needs;
  std::set<std::string> seen;
  while (!open.empty()) {
    const std::string id = std::move(open.back());
    open.pop_back();
    if (ids.count(id) != 0) {
      return true;
    }
    const Clause* needed = seen.insert(id).second ? find(id) : nullptr;
    if (needed != nullptr) {
      open.insert(open.end(), needed->needs.begin(), needed->needs.end());
    }
  }
  return false;
}

LoadedCatalogue load_catalogue(const SpecFiles& files) {
  LoadedCatalogue loaded;
  for (const auto& [name, content] : files) {
    read_file(name, content, loaded);
  }
  name_mutants(loaded.catalogue);
  const auto complaints = check_references(loaded.catalogue);
  loaded.errors.insert(loaded.errors.end(), complaints.begin(), complaints.end());
  return loaded;
}

}  // namespace plumbline::conform
