// Puts everything a run found into the one result model that summary.json stores. Stage: verdict.
#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "plan/plan.h"
#include "plumbline/history/run_result.h"
#include "recorder/recorder.h"
#include "verdict/outage_result.h"
#include "watch/lag.h"
#include "watch/machine.h"

namespace plumbline::load {

struct RunRecord {
  const Plan& plan;
  const Recorder& recorder;
  std::vector<MachineSample> machine;
  checker::CheckerReport ledger;
  Ending ending{Ending::complete};
  std::string ending_sentence;
  bool settled{false};
  std::string target;      // label
  std::string started_at;  // ISO-8601
  std::string again;       // command line
  std::string priority;    // of the event loop's thread, for people
  FaultFacts faults;       // empty when none were planned
  std::vector<LagSample> lag;
};

[[nodiscard]] history::RunResult build_result(const RunRecord& record);

// The signals of every second of the run, for the generator's verdict and the plots.
[[nodiscard]] std::vector<WindowSignals> window_signals(const Recorder& recorder,
                                                        const std::vector<MachineSample>& machine);

}  // namespace plumbline::load
