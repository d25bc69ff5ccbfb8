#include "stored/rejudge.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

#include "output/run_files.h"
#include "runner/replay.h"

namespace plumbline::conform {
namespace {

namespace json = boost::json;

std::string word(const json::object& fields, std::string_view key) {
  const json::value* value = fields.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : "nothing";
}

void compare_verdicts(const StoredRun& stored, Rejudged& result) {
  std::map<std::string, json::object> now;
  for (const ClauseVerdict& verdict : result.summary.verdicts) {
    now[verdict.clause->id] = verdict_fields(verdict);
  }
  for (const json::object& then : stored.verdicts) {
    const std::string id = word(then, "clause");
    const auto found = now.find(id);
    if (found == now.end()) {
      result.differences.push_back(fmt::format("{}: {} in the stored run, no verdict now", id, word(then, "verdict")));
      continue;
    }
    if (found->second != then) {
      result.differences.push_back(fmt::format("{}: {} ({}) in the stored run, {} ({}) now", id, word(then, "verdict"),
                                               word(then, "observed"), word(found->second, "verdict"),
                                               word(found->second, "observed")));
    }
    now.erase(found);
  }
  for (const auto& [id, fields] : now) {
    result.differences.push_back(fmt::format("{}: no verdict in the stored run, {} now", id, word(fields, "verdict")));
  }
}

}  // namespace

ExitCode Rejudged::exit_code() const {
  if (!altered.empty() || !departures.empty()) {
    return ExitCode::no_judgement;
  }
  return differences.empty() ? ExitCode::ok : ExitCode::gates_failed;
}

Rejudged rejudge(const Catalogue& catalogue, const StoredRun& stored) {
  Rejudged result;
  result.altered = stored.altered;
  static_cast<RunFacts&>(result.summary) = stored.facts;
  result.summary.catalogue = &catalogue;
  const JudgeIdentity own = this_judge();
  if (own != stored.facts.judge) {
    result.notes.push_back(fmt::format("judged by another build: then {} ({}), now {} ({}){}",
                                       stored.facts.judge.version, stored.facts.judge.build.substr(0, 8), own.version,
                                       own.build.substr(0, 8),
                                       own.catalogue == stored.facts.judge.catalogue ? "" : "; its clauses differ"));
  }
  for (const auto& [id, parts] : stored.cases) {
    Replayed replayed = replay(catalogue, stored.facts.target, id, parts);
    if (!replayed.departure.empty()) {
      result.departures.push_back(fmt::format("{}: {}", id, replayed.departure));
    }
    result.summary.runs.push_back(std::move(replayed.run));
  }
  if (!stored.end) {
    conclude_run(result.summary);
    return result;
  }
  result.summary.end = *stored.end;
  conclude_run(result.summary);
  compare_verdicts(stored, result);
  const std::string summary = history::to_json(to_run_result(result.summary));
  if (result.differences.empty() && summary != stored.summary) {
    result.differences.emplace_back("summary.json: the same verdicts in another file");
  }
  return result;
}

}  // namespace plumbline::conform
