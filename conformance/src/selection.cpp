#include "selection.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json.hpp>

#include "plumbline/base/did_you_mean.h"

namespace plumbline::conform {
namespace {

void add_with_needs(const Catalogue& catalogue, const std::string& id, std::set<std::string>& into) {
  if (!into.insert(id).second) {
    return;
  }
  if (const Clause* clause = catalogue.find(id)) {
    for (const std::string& needed : clause->needs) {
      add_with_needs(catalogue, needed, into);
    }
  }
}

bool judges(const Clause& clause, std::string_view subject) {
  return subject.empty() || (clause.subject == "client") == (subject == "client");
}

std::string explain(const Clause& clause) {
  std::string text = fmt::format("{}  {}   {}   since {}\n\n  {}\n\n", clause.id, clause.title, to_string(clause.level),
                                 clause.since, clause.text);
  text += fmt::format("  source        {}, {}\n", clause.source_document, clause.source_section);
  text += fmt::format("  needs         {}\n",
                      clause.needs.empty() ? "nothing" : fmt::format("{}", fmt::join(clause.needs, ", ")));
  text += fmt::format("  capabilities  {}\n", fmt::join(clause.required, ", "));
  for (const Alternative& alternative : clause.alternatives) {
    text += fmt::format("  {:<12}  when {}\n", to_string(alternative.verdict), alternative.when);
  }
  text += fmt::format("  status        {}\n", clause.status);
  text += fmt::format("  takes cases   {}\n", fmt::join(clause.demands, ", "));
  if (!clause.cases.empty()) {
    text += fmt::format("  cases         {}\n", fmt::join(clause.cases, ", "));
  }
  if (!clause.unproven.empty()) {
    text += fmt::format("  no fault      {}\n", clause.unproven);
  }
  if (!clause.mutants.empty()) {
    text += fmt::format("  found faults  {}\n", fmt::join(clause.mutants, ", "));
  }
  if (!clause.faults.empty()) {
    text += fmt::format("  must find     {}\n", fmt::join(clause.faults, ", "));
  }
  if (!clause.interpretation.empty()) {
    text += fmt::format("  decision      {}\n", clause.interpretation);
  }
  return text;
}

namespace json = boost::json;

json::array texts(const std::vector<std::string>& values) {
  return json::array(values.begin(), values.end());
}

json::object list_object(const Clause& clause) {
  return {{"id", clause.id},
          {"level", to_string(clause.level)},
          {"title", clause.title},
          {"profile", clause.profile},
          {"status", clause.status},
          {"since", clause.since},
          {"capabilities", texts(clause.required)},
          {"cases", texts(clause.cases)}};
}

json::object explain_object(const Clause& clause) {
  json::object object = list_object(clause);
  object["text"] = clause.text;
  object["source"] = {{"document", clause.source_document}, {"section", clause.source_section}};
  object["needs"] = texts(clause.needs);
  json::array& alternatives = object["alternatives"].emplace_array();
  for (const Alternative& alternative : clause.alternatives) {
    alternatives.push_back(
        {{"id", alternative.id}, {"when", alternative.when}, {"verdict", to_string(alternative.verdict)}});
  }
  object["demands"] = texts(clause.demands);
  object["faults"] = texts(clause.faults);
  object["mutants"] = texts(clause.mutants);
  object["unproven"] = clause.unproven;
  object["untestable"] = clause.untestable;
  object["interpretation"] = clause.interpretation;
  return object;
}

// One clause a line, so that a person can read and compare it too.
std::string array_text(const Catalogue& catalogue, const std::set<std::string>& asked,
                       json::object (*object_of)(const Clause&)) {
  std::string text;
  for (const Clause& clause : catalogue.clauses) {
    if (asked.count(clause.id) != 0) {
      text += (text.empty() ? "[\n  " : ",\n  ") + json::serialize(object_of(clause));
    }
  }
  return text.empty() ? "[]\n" : text + "\n]\n";
}

}  // namespace

boost::system::result<Selection, std::string> select(const Catalogue& catalogue, const std::vector<std::string>& ids,
                                                     std::string_view subject) {
  Selection selection;
  std::set<std::string> running;
  for (const Clause& clause : catalogue.clauses) {
    if (ids.empty() && judges(clause, subject)) {
      selection.asked.insert(clause.id);
    }
  }
  for (const std::string& id : ids) {
    bool found = false;
    std::vector<std::string> known;
    for (const Clause& clause : catalogue.clauses) {
      known.push_back(clause.id);
      // EIO-UP means EIO-UP-04 but EIO-UP-0 means nothing; a case id means its clause.
      const std::string_view wanted = std::string_view(id).substr(0, id.find('.'));
      if (clause.id == wanted || clause.id.starts_with(std::string(wanted) + "-")) {
        selection.asked.insert(clause.id);
        found = true;
      }
    }
    if (!found) {
      return fmt::format("no clause or area '{}' (see plumbline conform list){}", id, did_you_mean(id, known));
    }
  }
  for (const std::string& id : selection.asked) {
    add_with_needs(catalogue, id, running);
  }
  for (const CaseRecord& record : all_cases()) {
    const Clause* const clause = catalogue.find(record.clause);
    if (clause != nullptr && running.count(clause->id) != 0 && judges(*clause, subject)) {
      selection.cases.push_back(&record);
    }
  }
  return selection;
}

std::string list_text(const Catalogue& catalogue, const std::set<std::string>& asked) {
  std::string text;
  for (const Clause& clause : catalogue.clauses) {
    if (asked.count(clause.id) != 0) {
      text += fmt::format("{:<10} {:<7} {}{}\n", clause.id, to_string(clause.level), clause.title,
                          clause.active() ? "" : "  (" + clause.status + ")");
    }
  }
  return text + fmt::format("{} clauses\n", asked.size());
}

std::string explain_text(const Catalogue& catalogue, const std::set<std::string>& asked) {
  std::string text;
  for (const Clause& clause : catalogue.clauses) {
    if (asked.count(clause.id) != 0) {
      text += (text.empty() ? "" : "\n") + explain(clause);
    }
  }
  return text;
}

std::string list_json(const Catalogue& catalogue, const std::set<std::string>& asked) {
  return array_text(catalogue, asked, list_object);
}

std::string explain_json(const Catalogue& catalogue, const std::set<std::string>& asked) {
  const Clause* only = asked.size() == 1 ? catalogue.find(*asked.begin()) : nullptr;
  return only != nullptr ? json::serialize(explain_object(*only)) + "\n" : array_text(catalogue, asked, explain_object);
}

}  // namespace plumbline::conform
