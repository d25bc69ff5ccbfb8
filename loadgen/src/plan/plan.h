// The whole run before anything is sent: scenario, population, offered load, the generator's own limits. Stage: plan.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plan/fault_plan.h"
#include "plan/population.h"
#include "scenario/scenario.h"
#include "schedule/arrivals.h"
#include "watch/window_verdict.h"

namespace plumbline::load {

struct PlannedPhase {
  std::uint64_t arrivals{0};
  std::vector<std::uint64_t> per_second;  // hold phases
};

struct Plan {
  Scenario scenario;
  std::uint32_t run{0};  // part of every token and user id
  Population population;
  std::vector<PlannedPhase> phases;  // as scenario.phases
  std::vector<PlannedFault> faults;
  double expected_deliveries_per_send{0};
  std::size_t http_connections{0};  // keep-alive pool: beyond it calls wait, and slip shows it
  std::size_t descriptors{0};       // sockets that the run needs at once, generator side
  Thresholds thresholds;

  [[nodiscard]] ArrivalPattern pattern(std::uint32_t phase) const;
  [[nodiscard]] Duration length() const;  // of all phases, settling not included
  [[nodiscard]] std::uint64_t measured_arrivals() const;
};

[[nodiscard]] Plan make_plan(Scenario scenario, std::uint32_t run = 0);

// What --plan prints for people, and plan.json.
[[nodiscard]] std::string plan_text(const Plan& plan);
[[nodiscard]] std::string plan_json(const Plan& plan);

}  // namespace plumbline::load
