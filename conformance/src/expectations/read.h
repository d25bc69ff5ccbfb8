// Expectations as YAML, for people to write, and as JSON inside of report.jsonl. Stage: target.
#pragma once

#include <boost/json/array.hpp>
#include <string>
#include <vector>

#include "catalogue/catalogue.h"
#include "expectations/expectation.h"
#include "plumbline/base/clock.h"

namespace plumbline::conform {

struct ReadExpectations {
  std::vector<Expectation> expectations;  // one for each clause that an entry names
  std::vector<std::string> errors;        // "file:line:col: sentence"
};

// `target`: the name of the one that is judged, for files that say whom they are for. `today` bounds the time that an
// entry may count. Entries for another profile are checked and left out.
[[nodiscard]] ReadExpectations read_expectations(const std::string& file, const std::string& text,
                                                 const Catalogue& catalogue, const std::string& target, WallTime today);

[[nodiscard]] boost::json::array to_json(const std::vector<Expectation>& expectations);
[[nodiscard]] std::vector<Expectation> expectations_from_json(const boost::json::array& rows);

}  // namespace plumbline::conform
