// One operator per anomaly: breaks a valid history in exactly the way that its name says.
#pragma once

#include <vector>

#include "model_history.h"

namespace plumbline::checker {

struct Mutation {
  const char* name;
  Anomaly anomaly;
  // False when the history offers no place for it.
  bool (*apply)(History& history, Rng& rng);
};

[[nodiscard]] const std::vector<Mutation>& mutations();

}  // namespace plumbline::checker
