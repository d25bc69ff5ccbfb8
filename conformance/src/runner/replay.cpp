#include "runner/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "runner/examine.h"
#include "wire/stored_medium.h"

namespace plumbline::conform {
namespace {

struct Judged {
  Examined examined;
  std::string departure;
};

// Of "HOST:PORT"; nobody connects to it.
Endpoint stored_node(const std::string& authority, const std::string& path) {
  Endpoint node;
  const std::size_t colon = std::min(authority.rfind(':'), authority.size());
  node.host = authority.substr(0, colon);
  node.path = path;
  std::from_chars(authority.data() + std::min(colon + 1, authority.size()), authority.data() + authority.size(),
                  node.port);
  return node;
}

Judged judge(const CaseRecord& record, const Clause& clause, Target target, const Take& take) {
  target.endpoint = {};
  target.endpoint.host = take.host;
  target.endpoint.port = take.port;
  target.endpoint.path = take.path;
  target.nodes.clear();
  for (const std::string& authority : take.nodes) {
    target.nodes.push_back(stored_node(authority, take.path));
  }
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
