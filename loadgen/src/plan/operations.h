// What arrival number i of a phase does: a pure function of the plan. Stage: plan.
#pragma once

#include <cstdint>

#include "plan/population.h"
#include "scenario/scenario.h"

namespace plumbline::load {

struct Operation {
  OpKind kind{OpKind::send};
  std::uint32_t conversation{0};  // send, typing, read, history
  std::uint32_t user{0};          // who does it
  std::uint32_t device{0};        // on which device
  std::uint32_t size{0};          // bytes of text: send, ack
  bool typing_before{false};
  Duration think{0};  // between the typing indicator and the message
  bool read_after{false};
  std::uint32_t reader{0};  // user who marks the message as read
  Duration read_delay{0};
};

[[nodiscard]] Operation operation_at(const Scenario& scenario, const Population& population, std::uint32_t phase,
                                     std::uint64_t index);

}  // namespace plumbline::load
