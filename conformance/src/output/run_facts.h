// What holds for a whole run, apart from what its cases saw: first and last line of report.jsonl. Stage: output.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "expectations/expectation.h"
#include "target/target.h"

namespace plumbline::conform {

// Which judge it was: the same build judges the same record the same way.
struct JudgeIdentity {
  std::string version;
  std::string build;      // the linker's id of the executable, or "unknown"
  std::string catalogue;  // SHA-256 of the clause files

  bool operator==(const JudgeIdentity&) const = default;
};
[[nodiscard]] JudgeIdentity this_judge();

struct RunFacts {
  JudgeIdentity judge;
  std::uint64_t seed{0};
  std::string started_at;
  std::string profile{"core"};
  std::string target_words;     // as typed: "--target URL", "--mutant ID", or empty
  bool selection{false};        // not the whole profile
  std::set<std::string> asked;  // clause ids
  std::map<std::string, std::string> environment;
  Target target;  // as it was when the run began
  std::vector<Expectation> expectations;
};
[[nodiscard]] boost::json::object to_json(const RunFacts& facts);
[[nodiscard]] std::optional<RunFacts> run_facts_from_json(const boost::json::object& fields);

// What is known only at the end.
struct RunEnd {
  double seconds{0};
  std::int64_t worst_lag_ns{0};
  bool target_lost{false};
  std::string lost_during;
  bool interrupted{false};
  bool unwritable{false};  // the record could not be kept: the run ended early
};
[[nodiscard]] boost::json::object to_json(const RunEnd& end);
[[nodiscard]] RunEnd run_end_from_json(const boost::json::object& fields);

// Host, kernel and cores, for the reader.
[[nodiscard]] std::map<std::string, std::string> this_machine();

}  // namespace plumbline::conform
