// What the files of the catalogue say together: names resolve, and a clause has the cases that its status promises.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cases/context.h"
#include "catalogue/catalogue.h"
#include "target/target.h"

namespace plumbline::conform {
namespace {

using Complain = std::vector<std::string>;

bool contains(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

void check_needs(const Catalogue& catalogue, const Clause& clause, Complain& errors) {
  for (const std::string& needed : clause.needs) {
    const Clause* other = catalogue.find(needed);
    if (other == nullptr || needed == clause.id) {
      errors.push_back(fmt::format("{}: needs '{}', which is no other clause", clause.id, needed));
    } else if (clause.active() && !other->active()) {
      errors.push_back(fmt::format("{}: is active and needs '{}', which is not", clause.id, needed));
    }
  }
}

void check_words(const Clause& clause, Complain& errors) {
  const auto& capabilities = known_capabilities();
  for (const std::string& capability : clause.required) {
    if (std::find(capabilities.begin(), capabilities.end(), capability) == capabilities.end()) {
      errors.push_back(fmt::format("{}: requires the unknown capability '{}'", clause.id, capability));
    }
  }
  for (const std::string& kind : clause.demands) {
    if (!kind_from(kind)) {
      errors.push_back(fmt::format("{}: demands '{}', which is no kind of case", clause.id, kind));
    }
  }
}

void check_cases(const Clause& clause, Complain& errors) {
  std::set<std::string_view> kinds;
  for (const std::string& id : clause.cases) {
    const auto& all = all_cases();
    const auto found =
        std::find_if(all.begin(), all.end(), [&id](const CaseRecord& record) { return record.id == id; });
    if (found == all.end()) {
      errors.push_back(fmt::format("{}: no case '{}' is implemented", clause.id, id));
    } else {
      kinds.insert(to_string(found->kind));
    }
  }
  if (clause.active()) {
    for (const std::string& kind : clause.demands) {
      if (kinds.count(kind) == 0) {
        errors.push_back(fmt::format("{}: is active, demands a {} case and has none", clause.id, kind));
      }
    }
  }
}

void check_status(const Clause& clause, Complain& errors) {
  const bool known = clause.active() || clause.status == "draft" || clause.status == "untestable";
  if (!known) {
    errors.push_back(fmt::format("{}: '{}' is no status (active, draft, untestable)", clause.id, clause.status));
  }
  if (known && clause.active() == clause.cases.empty()) {
    errors.push_back(fmt::format("{}: is {} and has {} cases", clause.id, clause.status, clause.cases.size()));
  }
  if ((clause.status == "untestable") == clause.untestable.empty()) {
    errors.push_back(fmt::format("{}: status and key 'untestable' (the reason) go together", clause.id));
  }
}

void check_interpretations(const Catalogue& catalogue, Complain& errors) {
  std::set<std::string> seen;
  for (const Interpretation& one : catalogue.interpretations) {
    if (!seen.insert(one.id).second) {
      errors.push_back(fmt::format("{}: the id is used twice", one.id));
    }
    for (const std::string& id : one.clauses) {
      const Clause* clause = catalogue.find(id);
      if (clause == nullptr || clause->interpretation != one.id) {
        errors.push_back(fmt::format("{}: speaks of '{}', which does not name it", one.id, id));
      }
    }
  }
  for (const Clause& clause : catalogue.clauses) {
    const auto found = std::find_if(catalogue.interpretations.begin(), catalogue.interpretations.end(),
                                    [&](const Interpretation& one) { return one.id == clause.interpretation; });
    if (!clause.interpretation.empty() &&
        (found == catalogue.interpretations.end() || !contains(found->clauses, clause.id))) {
      errors.push_back(fmt::format("{}: names '{}', which does not speak of it", clause.id, clause.interpretation));
    }
  }
}

}  // namespace

std::vector<std::string> check_references(const Catalogue& catalogue) {
  Complain errors;
  for (const CaseRecord& record : all_cases()) {
    const Clause* clause = catalogue.find(record.clause);
    if (clause == nullptr) {
      errors.push_back(fmt::format("{}: the case names a clause that is not in the catalogue", record.id));
    } else if (!contains(clause->cases, record.id)) {
      errors.push_back(fmt::format("{}: does not list its case '{}'", clause->id, record.id));
    }
  }
  std::set<std::string> seen;
  for (const Clause& clause : catalogue.clauses) {
    if (!seen.insert(clause.id).second) {
      errors.push_back(clause.id + ": the id is used twice");
    }
    check_needs(catalogue, clause, errors);
    check_words(clause, errors);
    check_cases(clause, errors);
    check_status(clause, errors);
  }
  check_interpretations(catalogue, errors);
  return errors;
}

}  // namespace plumbline::conform
