#include "stored/compare.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <map>

#include "judge/verdict.h"

namespace plumbline::conform {
namespace {

namespace json = boost::json;

// 0: says nothing; else the larger the worse.
int rank(std::string_view word) {
  if (word == "XFAIL" || word == "XPASS") {
    return word == "XFAIL" ? 4 : 1;  // declared or not: what the target does is compared
  }
  switch (verdict_from(word).value_or(Verdict::inconclusive)) {
    case Verdict::pass:
    case Verdict::info:
      return 1;
    case Verdict::non_strict:
      return 2;
    case Verdict::warn:
      return 3;
    case Verdict::fail:
      return 4;
    case Verdict::not_supported:
    case Verdict::not_applicable:
    case Verdict::blocked:
    case Verdict::inconclusive:
      return 0;
  }
  return 0;
}

void sort_in(Comparison& comparison, Change change) {
  const int before = rank(change.before);
  const int after = rank(change.after);
  if (change.before == change.after || (before == after && before != 0)) {
    ++comparison.same;
  } else if (after > before && (before != 0 || after == rank("FAIL"))) {
    comparison.worse.push_back(std::move(change));  // a failure is news, whatever was known before
  } else if (after == 0 && before != 0) {
    comparison.unknown.push_back(std::move(change));
  } else if (before > after) {
    comparison.better.push_back(std::move(change));
  } else {
    comparison.other.push_back(std::move(change));
  }
}

std::string lines(std::string_view title, const std::vector<Change>& changes) {
  std::string text;
  for (const Change& change : changes) {
    text += fmt::format("{:<14} {}  {} -> {}  {}\n", title, change.clause, change.before, change.after, change.title);
    if (!change.observed.empty() && rank(change.after) != 1) {
      text += fmt::format("{:<14} observed  {}\n", "", change.observed);
    }
  }
  return text;
}

json::array rows(const std::vector<Change>& changes) {
  json::array array;
  for (const Change& change : changes) {
    array.push_back(json::object{
        {"clause", change.clause}, {"before", change.before}, {"after", change.after}, {"observed", change.observed}});
  }
  return array;
}

}  // namespace

ExitCode Comparison::exit_code() const {
  if (!unknown.empty()) {
    return ExitCode::no_judgement;  // graver than a failure: whether more got worse is not known
  }
  return worse.empty() ? ExitCode::ok : ExitCode::gates_failed;
}

Comparison compare(const history::RunResult& before, const history::RunResult& after) {
  std::map<std::string, const history::ClauseResult*> old;
  for (const history::ClauseResult& clause : before.clauses) {
    old[clause.id] = &clause;
  }
  Comparison comparison;
  for (const history::ClauseResult& clause : after.clauses) {
    const auto found = old.find(clause.id);
    const std::string then = found == old.end() ? "-" : found->second->verdict;
    sort_in(comparison, {clause.id, clause.title, then, clause.verdict, clause.observed});
    old.erase(clause.id);
  }
  for (const auto& [id, clause] : old) {
    sort_in(comparison, {id, clause->title, clause->verdict, "-", {}});
  }
  return comparison;
}

std::string comparison_text(const Comparison& comparison) {
  return lines("worse", comparison.worse) + lines("not judged now", comparison.unknown) +
         lines("better", comparison.better) + lines("changed", comparison.other) +
         fmt::format("{} worse  {} not judged now  {} better  {} changed otherwise  {} the same\n",
                     comparison.worse.size(), comparison.unknown.size(), comparison.better.size(),
                     comparison.other.size(), comparison.same);
}

std::string comparison_json(const Comparison& comparison) {
  return json::serialize(json::object{{"schema", "plumbline/conform-compare/1"},
                                      {"worse", rows(comparison.worse)},
                                      {"unknown", rows(comparison.unknown)},
                                      {"better", rows(comparison.better)},
                                      {"other", rows(comparison.other)},
                                      {"same", comparison.same}}) +
         "\n";
}

}  // namespace plumbline::conform
