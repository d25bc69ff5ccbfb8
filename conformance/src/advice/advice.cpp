#include "advice/advice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "runner/examine.h"
#include "wire/stored_medium.h"

namespace plumbline::conform {
namespace {

namespace json = boost::json;

std::string timing_line(const Target& target) {
  const Timing& timing = target.timing;
  return fmt::format("heartbeat {} + {} ({}), connect timeout {}, maxPayload {}", ms_text(timing.ping_interval),
                     ms_text(timing.ping_timeout), target.timing_declared ? "declared" : "as its open packet says",
                     timing.connect_timeout ? ms_text(*timing.connect_timeout) : "not declared",
                     target.max_payload ? std::to_string(*target.max_payload) : "not known");
}

json::array rows(std::string_view name, const std::map<std::string, std::vector<std::string>>& clauses_of) {
  json::array array;
  for (const auto& [what, clauses] : clauses_of) {
    array.push_back(json::object{{name, what}, {"clauses", json::array(clauses.begin(), clauses.end())}});
  }
  return array;
}

}  // namespace

Advice advise(const Catalogue& catalogue, const Target& target) {
  Advice advice;
  for (const CaseRecord& record : all_cases()) {
    const Clause* clause = catalogue.find(record.clause);
    if (clause == nullptr) {
      continue;
    }
    const Take nothing;
    StoredMedium dead(nothing);
    const Finding finding = examine(record, *clause, target, dead, [](Time) {}).finding;
    const bool supported = finding.kind != Finding::Kind::not_supported;
    if (supported && finding.kind != Finding::Kind::not_applicable) {
      ++advice.judged;
      continue;
    }
    std::vector<std::string>& clauses = (supported ? advice.needs : advice.not_declared)[finding.expected];
    if (std::find(clauses.begin(), clauses.end(), clause->id) == clauses.end()) {
      clauses.push_back(clause->id);
    }
  }
  return advice;
}

std::string advice_text(const Target& target, const Advice& advice) {
  std::string text = fmt::format("{}   {}\n{}\n", target.name, target.endpoint.url(), timing_line(target));
  for (const std::string& assumption : target.assumptions) {
    text += "assumed: " + assumption + "\n";
  }
  for (const std::string_view name : known_capabilities()) {
    text += fmt::format("capability {:<22} {}\n", name, target.has(name) ? "yes" : "no");
  }
  text += "\n";
  for (const auto& [need, clauses] : advice.needs) {
    text += fmt::format("needs     {}\n          without it NOT_APPLICABLE: {}\n", need, fmt::join(clauses, " "));
  }
  for (const auto& [capability, clauses] : advice.not_declared) {
    text += fmt::format("optional  {}\n          without it NOT_SUPPORTED: {}\n", capability, fmt::join(clauses, " "));
  }
  if (!advice.needs.empty()) {
    text +=
        "\nA configuration that lets every case tell right from wrong, quickly: pingInterval 300 ms, pingTimeout 200 "
        "ms,\nconnect timeout 1000 ms, upgrade timeout 600 ms, maxPayload 1000000 bytes, both transports, the echo "
        "application on / and "
        "/custom\n(conformance/README.md), all of it declared in a target file: plumbline conform init --target URL\n";
  }
  return text + fmt::format("{} cases can be judged\n", advice.judged);
}

std::string advice_json(const Target& target, const Advice& advice) {
  json::object capabilities;
  for (const std::string_view name : known_capabilities()) {
    capabilities[name] = target.has(name);
  }
  json::array assumptions(target.assumptions.begin(), target.assumptions.end());
  return json::serialize(json::object{{"schema", "plumbline/doctor/1"},
                                      {"target", target.endpoint.url()},
                                      {"capabilities", capabilities},
                                      {"assumptions", assumptions},
                                      {"cases", advice.judged},
                                      {"needs", rows("need", advice.needs)},
                                      {"not_declared", rows("capability", advice.not_declared)}}) +
         "\n";
}

}  // namespace plumbline::conform
