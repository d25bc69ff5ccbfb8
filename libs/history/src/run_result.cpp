#include "plumbline/history/run_result.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <stdexcept>

#include "json_archive.h"
#include "pretty_json.h"
#include "run_result_fields.h"

namespace plumbline::history {
namespace {

constexpr std::string_view kSchema = "plumbline/summary/1";

bool is_known(ExitCode code) {
  constexpr std::array known{ExitCode::ok,           ExitCode::gates_failed, ExitCode::usage,
                             ExitCode::target_lost,  ExitCode::no_judgement, ExitCode::anomalies,
                             ExitCode::setup_failed, ExitCode::interrupted};
  return std::find(known.begin(), known.end(), code) != known.end();
}

// What reports/schema/summary.schema.json requires: without one of these a default would stand for a judgement.
constexpr std::array kRequired{"verb",       "outcome",   "generator",  "exit_code", "reason",
                               "seed",       "sent",      "acked",      "unknown",   "expected_deliveries",
                               "deliveries", "anomalies", "latency_ms", "gates"};

// Empty when nothing is missing.
std::string missing_member(const boost::json::object& summary) {
  const auto* const missing =
      std::find_if(kRequired.begin(), kRequired.end(), [&summary](const char* key) { return !summary.contains(key); });
  return missing == kRequired.end() ? std::string() : "'" + std::string(*missing) + "' is missing";
}

}  // namespace

std::string to_json(const RunResult& result) {
  RunResult copy = result;  // the field lists serve reading as well and therefore take references
  JsonWriter writer;
  fields(writer, copy);
  return pretty(writer.take());
}

boost::system::result<RunResult, RunResultError> run_result_from_json(std::string_view json) {
  boost::json::error_code error;
  const boost::json::value parsed = boost::json::parse(boost::json::string_view(json.data(), json.size()), error);
  if (error) {
    return RunResultError{"summary.json is not valid JSON (" + error.message() + "); was the run cut off?"};
  }
  if (!parsed.is_object()) {
    return RunResultError{"summary.json is not a run summary: its top level is no object"};
  }
  RunResult result;
  result.schema.clear();
  std::string problem = missing_member(parsed.get_object());  // the first problem is the one that is told
  JsonReader reader(parsed.get_object(), "", problem);
  fields(reader, result);
  if (result.schema != kSchema) {
    return RunResultError{"summary.json has schema '" + result.schema + "', this version reads '" +
                          std::string(kSchema) + "'"};
  }
  if (problem.empty() && !is_known(result.exit_code)) {
    problem = "'exit_code' is none of its known values";
  }
  if (!problem.empty()) {
    return RunResultError{"summary.json is not a run summary: " + problem};
  }
  return result;
}

void throw_exception_from_error(const RunResultError& error, const boost::source_location& /*location*/) {
  throw std::logic_error("unchecked: " + error.sentence);
}

std::string_view to_string(Generator verdict) {
  switch (verdict) {
    case Generator::valid:
      return "VALID";
    case Generator::degraded:
      return "DEGRADED";
    case Generator::invalid:
      return "INVALID";
  }
  return "INVALID";
}

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass:
      return "PASS";
    case Outcome::fail:
      return "FAIL";
    case Outcome::unknown:
      return "UNKNOWN";
  }
  return "UNKNOWN";
}

}  // namespace plumbline::history
