// What came of each planned fault, and what the engine tells those who do them. Stage: faults.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "faults/control_port.h"

namespace plumbline::load {

struct FaultRecord {
  PlannedFault planned;
  Time due{};
  std::optional<Injection> injection;  // absent: it did not take place, see `error`
  std::optional<Time> undone;          // when healing it began
  std::optional<Time> healthy;         // when everything accepted work again
  std::string error;
  std::vector<ControlEvent> events;  // from its injection to the next one

  [[nodiscard]] Time struck() const { return injection ? injection->at : Time{}; }  // of one that took place
};

// Told by the engine, on the event loop's thread; must return at once.
class FaultHooks {
 public:
  virtual ~FaultHooks() = default;
  virtual void phase_started(std::uint32_t phase, Time at) = 0;
  // The load has ended: everything shall be healed.
  virtual void load_ended() = 0;
  // Everything is healed, or could not be.
  [[nodiscard]] virtual bool healed() const = 0;
};

}  // namespace plumbline::load
