// Puts what the faults cost into the result model. Stage: verdict.
#pragma once

#include <vector>

#include "faults/fault_record.h"
#include "plan/plan.h"
#include "plumbline/history/run_result.h"
#include "recorder/recorder.h"
#include "ruler/outage.h"
#include "watch/machine.h"

namespace plumbline::load {

// Everything that is known about the faults of a run once its load is over.
struct FaultFacts {
  std::vector<FaultRecord> records;  // as planned
  std::vector<std::size_t> struck;   // those that took place: indices into `records`, as OutageReading::faults
  OutageReading reading;
};

// Empties the recorder's send log.
[[nodiscard]] FaultFacts measure_faults(std::vector<FaultRecord> records, Recorder& recorder);

// `real_time`: the loop has real-time priority, so that only a machine that stands still can hold it up.
void add_outages(const FaultFacts& facts, const Plan& plan, const Recorder& recorder,
                 const std::vector<MachineSample>& machine, bool real_time, history::RunResult& into);

// [from, to] of each fault in seconds of the run: from its injection until everything was healthy again, and 2 s more.
[[nodiscard]] std::vector<std::pair<double, double>> fault_windows(const FaultFacts& facts, const Recorder& recorder);

// Why the faults of this run prove nothing; empty when they do.
[[nodiscard]] std::string vacuous(const history::RunResult& result);

}  // namespace plumbline::load
