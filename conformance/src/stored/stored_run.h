// A run directory read back: what is there, what is missing, what was altered. Stage: stored.
#pragma once

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "evidence/text.h"
#include "output/run_facts.h"
#include "plumbline/history/run_dir.h"

namespace plumbline::conform {

struct StoredRun {
  RunFacts facts;
  std::map<std::string, std::vector<EvidencePart>> cases;
  std::vector<boost::json::object> verdicts;
  std::optional<RunEnd> end;         // absent: the run was cut off
  std::string summary;               // summary.json, empty when it is not there
  std::vector<std::string> altered;  // sentences; empty: every digest fits
};

// The error is one sentence: this is no run of `conform` at all.
[[nodiscard]] boost::system::result<StoredRun, std::string> read_run(const history::RunDir& dir);

}  // namespace plumbline::conform
