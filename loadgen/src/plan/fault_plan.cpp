#include "plan/fault_plan.h"

#include <algorithm>
#include <array>

#include "plumbline/base/random.h"

namespace plumbline::load {
namespace {

using std::chrono::seconds;

constexpr std::size_t kRoles = kFaultRoles - 1;  // `any` is no role

// Cards without replacement: "one of everything" means each role once before any comes twice.
class RoleBag {
 public:
  explicit RoleBag(std::uint64_t seed) : rng_(seed) {}
  FaultRole draw() {
    if (left_ == 0) {
      left_ = kRoles;
      for (std::size_t i = 0; i < kRoles; ++i) {
        cards_[i] = static_cast<FaultRole>(i);
      }
    }
    std::swap(cards_[rng_.below(left_)], cards_[left_ - 1]);
    return cards_[--left_];
  }

 private:
  Rng rng_;
  std::array<FaultRole, kRoles> cards_{};
  std::size_t left_{0};
};

struct Place {
  std::uint32_t phase;
  Duration offset;
};

// A step phase is several holds: the one that the offset falls into.
Place place_of(const Scenario& scenario, const Fault& fault, Duration offset) {
  for (std::uint32_t i = 0; i < scenario.phases.size(); ++i) {
    const Phase& phase = scenario.phases[i];
    if (phase.origin != fault.phase) {
      continue;
    }
    if (offset < phase.length) {
      return {i, offset};
    }
    offset -= phase.length;
  }
  return {static_cast<std::uint32_t>(scenario.phases.size()), offset};
}

Duration start_of(const Scenario& scenario, std::uint32_t phase) {
  Duration start{0};
  for (std::uint32_t i = 0; i < phase; ++i) {
    start += scenario.phases[i].length;
  }
  return start;
}

void expand(const Scenario& scenario, const Fault& fault, std::uint64_t seed, std::vector<PlannedFault>& into) {
  RoleBag bag{seed};
  Duration offset = fault.offset;
  for (std::uint64_t turn = 0;; ++turn, offset += *fault.every) {
    const Place place = place_of(scenario, fault, offset);
    if (place.phase == scenario.phases.size()) {
      return;
    }
    PlannedFault planned;
    planned.phase = place.phase;
    planned.offset = place.offset;
    planned.action = fault.action;
    planned.role = fault.role == FaultRole::any ? bag.draw() : fault.role;
    planned.of = fault.of;
    planned.never = fault.never;
    planned.hold = fault.hold.value_or(default_hold(planned.action, planned.role));
    planned.seed = mix64(seed + turn) >> 11U;  // 53 bits: it travels as a JSON number
    into.push_back(std::move(planned));
    if (!fault.every) {
      return;
    }
  }
}

}  // namespace

Duration default_hold(FaultAction action, FaultRole role) {
  if (action == FaultAction::restart || action == FaultAction::restart_empty) {
    return seconds{0};
  }
  if (action == FaultAction::freeze) {
    return seconds{10};
  }
  switch (role) {
    case FaultRole::redis_master:
    case FaultRole::redis_replica:
    case FaultRole::sentinel:
      return seconds{5};
    case FaultRole::kafka_leader:
    case FaultRole::kafka_controller:
    case FaultRole::kafka_broker:
      return seconds{6};
    case FaultRole::postgres:
      return seconds{2};
    case FaultRole::app:
    case FaultRole::any:
      break;
  }
  return seconds{3};
}

std::vector<PlannedFault> plan_faults(const Scenario& scenario) {
  std::vector<PlannedFault> all;
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
    expand(scenario, scenario.faults[i], mix64(scenario.seed ^ mix64(i + 1)), all);
  }
  std::stable_sort(all.begin(), all.end(), [&](const PlannedFault& a, const PlannedFault& b) {
    return start_of(scenario, a.phase) + a.offset < start_of(scenario, b.phase) + b.offset;
  });
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].number = static_cast<std::uint32_t>(i + 1);
  }
  return all;
}

}  // namespace plumbline::load
