// What can be done to one process, and doing it.
#pragma once

#include <string>
#include <vector>

#include "control/protocol.h"
#include "supervisor/service.h"

namespace plumbline::stack {

[[nodiscard]] bool is_possible(Deed deed, const Service& service);
// Names of the processes to which `deed` can be done now.
[[nodiscard]] std::vector<std::string> candidates(Deed deed, const std::vector<Service>& services);

struct Done {
  Time at;              // right before the signal
  pid_t pid{0};         // that got it
  bool ended{false};    // it was killed
  bool starts{false};   // the caller starts it now
  bool emptied{false};  // on empty data
};
// Only for what is_possible.
[[nodiscard]] Done apply(Deed deed, Service& service);

}  // namespace plumbline::stack
