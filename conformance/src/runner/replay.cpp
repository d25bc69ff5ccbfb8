#include "runner/replay.h"

#include <fmt/format.h>

#include <algorithm>

#include "runner/examine.h"
#include "wire/stored_medium.h"

namespace plumbline::conform {
namespace {

struct Judged {
  Examined examined;
  std::string departure;
};

Judged judge(const CaseRecord& record, const Clause& clause, Target target, const Take& take) {
  target.endpoint = {};
  target.endpoint.host = take.host;
  target.endpoint.port = take.port;
  target.endpoint.path = take.path;
  StoredMedium medium(take);
  Judged judged;
  judged.examined = examine(record, clause, target, medium, [](Time) {});
  judged.departure = medium.departure_at_end();
  if (!judged.departure.empty()) {
    judged.departure = fmt::format("take {}: {}", take.number, judged.departure);
    judged.examined.finding = unclear("this version plays the case in another way: " + judged.departure);
  }
  return judged;
}

}  // namespace

Replayed replay(const Catalogue& catalogue, const Target& target, const std::string& id,
                const std::vector<EvidencePart>& parts) {
  Replayed replayed;
  replayed.run.id = id;
  const auto& cases = all_cases();
  const auto record = std::find_if(cases.begin(), cases.end(), [&](const CaseRecord& known) { return known.id == id; });
  const Clause* clause = record != cases.end() ? catalogue.find(record->clause) : nullptr;
  if (clause == nullptr) {
    replayed.departure = "this version has no such case";
    replayed.run.findings.push_back(unclear(replayed.departure));
    return replayed;
  }
  for (const EvidencePart& part : parts) {
    if (const auto* fact = std::get_if<FactOfCase>(&part)) {
      add(replayed.run, fact->fact);
      continue;
    }
    Judged judged = judge(*record, *clause, target, std::get<Take>(part));
    if (!judged.departure.empty()) {
      replayed.departure = judged.departure;
    }
    add(replayed.run, std::move(judged.examined));
  }
  return replayed;
}

}  // namespace plumbline::conform
