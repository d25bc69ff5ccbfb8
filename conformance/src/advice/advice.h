// Before a run: which clauses this target, as it is configured, cannot be judged on, and what would change that. Stage:
// advice.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "catalogue/catalogue.h"
#include "target/target.h"

namespace plumbline::conform {

struct Advice {
  std::size_t judged{0};                                         // cases that can tell right from wrong
  std::map<std::string, std::vector<std::string>> needs;         // what is missing, for which clauses
  std::map<std::string, std::vector<std::string>> not_declared;  // optional capabilities, and the clauses about them
};

// Asks every case in a world where nothing answers: one that says then that it does not apply would say so in a run,
// too. Pure; touches no network.
[[nodiscard]] Advice advise(const Catalogue& catalogue, const Target& target);

[[nodiscard]] std::string advice_text(const Target& target, const Advice& advice);
[[nodiscard]] std::string advice_json(const Target& target, const Advice& advice);

// A target file (schema target/1) with what could be seen of the target, and comments on what could not.
[[nodiscard]] std::string target_file(const Target& target);

}  // namespace plumbline::conform
