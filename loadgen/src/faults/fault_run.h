// Carries out a list of faults, one step at a time: when each is due, when it is undone, and what has to be healthy
// first. No thread of its own. Stage: faults.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "faults/fault_record.h"

namespace plumbline::load {

class FaultRun {
 public:
  // `phases`: how many the plan has. The port must outlive the run.
  FaultRun(std::vector<PlannedFault> faults, std::size_t phases, ControlPort& port, const Clock& clock);

  void phase_started(std::uint32_t phase, Time at) { starts_[phase] = at; }
  // Does what is due; may block as long as the port does. Returns when something is due next.
  Time step();
  // Heals everything; the faults that have not taken place will not.
  void finish();

  [[nodiscard]] const std::vector<FaultRecord>& records() const { return records_; }
  // Grows whenever a record changes.
  [[nodiscard]] std::uint64_t changes() const { return changes_; }

 private:
  [[nodiscard]] std::optional<Time> due(const PlannedFault& fault) const;
  [[nodiscard]] Duration moved(std::size_t index) const;
  void take_events(Time deadline);
  void inject(std::size_t index);
  void undo(std::size_t index);
  void heal_all();

  ControlPort& port_;
  const Clock& clock_;
  std::vector<std::optional<Time>> starts_;  // of the phases
  std::vector<FaultRecord> records_;
  std::size_t next_{0};
  std::vector<std::size_t> held_;  // injected, not undone
  bool healthy_{true};
  std::uint64_t changes_{0};
};

}  // namespace plumbline::load
