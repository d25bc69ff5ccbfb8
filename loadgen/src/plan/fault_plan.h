// The faults of a run, each with its time and role: the same seed gives the same list. Pure. Stage: plan.
#pragma once

#include <cstdint>
#include <vector>

#include "scenario/scenario.h"

namespace plumbline::load {

struct PlannedFault {
  std::uint32_t number{0};  // from 1, in the order of time
  std::uint32_t phase{0};   // index of the expanded phases
  Duration offset{0};       // from that phase's start
  FaultAction action{FaultAction::kill};
  FaultRole role{FaultRole::app};  // never any
  std::string of;
  Duration hold{0};  // until it is healed; restarts: 0
  bool never{false};
  std::uint64_t seed{0};  // decides between several processes of the role
};

// `role: any` with `every` goes through all roles in a shuffled order before one comes again.
[[nodiscard]] std::vector<PlannedFault> plan_faults(const Scenario& scenario);

// How long a fault lasts when the scenario does not say: long enough for the target to notice and to act.
[[nodiscard]] Duration default_hold(FaultAction action, FaultRole role);

}  // namespace plumbline::load
