#include "plan/plan.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "plumbline/base/random.h"

namespace plumbline::load {

ArrivalPattern Plan::pattern(std::uint32_t phase) const {
  const Phase& at = scenario.phases[phase];
  return {scenario.arrivals, at.kind == Phase::Kind::hold ? at.rate : 0, at.length, mix64(scenario.seed + phase)};
}

Duration Plan::length() const {
  return std::accumulate(scenario.phases.begin(), scenario.phases.end(), Duration{0},
                         [](Duration sum, const Phase& phase) { return sum + phase.length; });
}

std::uint64_t Plan::measured_arrivals() const {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < phases.size(); ++i) {
    total += scenario.phases[i].measure ? phases[i].arrivals : 0;
  }
  return total;
}

namespace {

constexpr std::size_t kHttpConnections = 1024;
constexpr std::size_t kMostHttpConnections = 8192;

// While a fault lasts no answer may come for as long as a call waits at most, 10 s: the load does not stop for that.
std::size_t http_connections(const Plan& plan) {
  double peak = 0;
  for (const Phase& phase : plan.scenario.phases) {
    peak = std::max(peak, phase.rate);
  }
  return plan.faults.empty() ? kHttpConnections
                             : std::clamp(static_cast<std::size_t>(peak * 11), kHttpConnections, kMostHttpConnections);
}

}  // namespace

Plan make_plan(Scenario scenario, std::uint32_t run) {
  Plan plan;
  plan.run = run;
  plan.population = make_population(scenario, run);
  plan.scenario = std::move(scenario);
  for (std::uint32_t i = 0; i < plan.scenario.phases.size(); ++i) {
    PlannedPhase phase;
    phase.per_second = arrivals_per_second(plan.pattern(i));
    phase.arrivals = std::accumulate(phase.per_second.begin(), phase.per_second.end(), std::uint64_t{0});
    plan.phases.push_back(std::move(phase));
  }
  plan.faults = plan_faults(plan.scenario);
  plan.expected_deliveries_per_send = plan.population.mean_fan_out();
  const bool http = plan.scenario.target.app != "echo";
  plan.http_connections = http ? http_connections(plan) : 0;
  plan.descriptors = plan.population.devices() + plan.http_connections + 64;
  double tightest = std::numeric_limits<double>::infinity();
  for (const Gate& gate : plan.scenario.gates) {
    if (gate.kind == Gate::Kind::latency) {
      tightest = std::min(tightest, gate.below);
    }
  }
  plan.thresholds = thresholds_for(tightest);
  return plan;
}

}  // namespace plumbline::load
