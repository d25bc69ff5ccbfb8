#include "catalogue/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cases/context.h"
#include "catalogue/strict_map.h"
#include "target/target.h"

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
  clause.cases = map.texts("cases");
  clause.mutants = map.texts("mutants");
  clause.unproven = map.text("unproven", false);
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
  for (const YAML::Node& node : file.get("clauses")) {
    catalogue.clauses.push_back(read_clause(complaints, node, area));
    catalogue.clauses.back().profile = profile;
  }
}

void read_mutants(Complaints& complaints, StrictMap& file, Catalogue& catalogue) {
  for (const YAML::Node& node : file.get("mutants")) {
    StrictMap map(complaints, node, "mutant");
    catalogue.mutants.push_back(
        {map.text("id"), map.text("fault"), map.texts("fails"), map.texts("blocks"), map.texts("weakens")});
    map.done();
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
    } else {
      complaints.add(file.mark(), fmt::format("unknown schema '{}'", schema));
    }
    file.done();
  }
  loaded.errors.insert(loaded.errors.end(), complaints.all().begin(), complaints.all().end());
}

void check_references(LoadedCatalogue& loaded) {
  const Catalogue& catalogue = loaded.catalogue;
  const auto complain = [&](const Clause& clause, const std::string& what) {
    loaded.errors.push_back(fmt::format("{}: {}", clause.id, what));
  };
  std::set<std::string> seen;
  std::set<std::string_view> implemented;
  for (const CaseRecord& record : all_cases()) {
    implemented.insert(record.id);
    if (catalogue.find(record.clause) == nullptr) {
      loaded.errors.push_back(fmt::format("{}: the case names a clause that is not in the catalogue", record.id));
    }
  }
  const auto& capabilities = known_capabilities();
  for (const Clause& clause : catalogue.clauses) {
    if (!seen.insert(clause.id).second) {
      complain(clause, "the id is used twice");
    }
    for (const std::string& needed : clause.needs) {
      if (catalogue.find(needed) == nullptr || needed == clause.id) {
        complain(clause, "needs '" + needed + "', which is no other clause");
      }
    }
    for (const std::string& id : clause.cases) {
      if (implemented.count(id) == 0) {
        complain(clause, "no case '" + id + "' is implemented");
      }
    }
    for (const std::string& capability : clause.required) {
      if (std::find(capabilities.begin(), capabilities.end(), capability) == capabilities.end()) {
        complain(clause, "requires the unknown capability '" + capability + "'");
      }
    }
  }
  for (const CaseRecord& record : all_cases()) {
    const Clause* clause = catalogue.find(record.clause);
    if (clause != nullptr && std::find(clause->cases.begin(), clause->cases.end(), record.id) == clause->cases.end()) {
      complain(*clause, "does not list its case '" + std::string(record.id) + "'");
    }
  }
}

}  // namespace

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

LoadedCatalogue load_catalogue(const SpecFiles& files) {
  LoadedCatalogue loaded;
  for (const auto& [name, content] : files) {
    read_file(name, content, loaded);
  }
  check_references(loaded);
  return loaded;
}

}  // namespace plumbline::conform
