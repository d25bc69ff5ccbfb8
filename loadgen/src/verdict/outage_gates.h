// The gates on what faults cost, judged from the result model. Pure. Stage: verdict.
#pragma once

#include "plumbline/history/run_result.h"
#include "recorder/recorder.h"
#include "scenario/scenario.h"

namespace plumbline::load {

// Gate::Kind::outage: the worst fault of the gate's roles.
[[nodiscard]] history::GateResult judge_outage(const Gate& gate, const history::RunResult& result);
// Gate::Kind::lag.
[[nodiscard]] history::GateResult judge_lag(const Gate& gate, const history::RunResult& result);
// End-to-end and answer latencies of the measured seconds outside fault windows.
[[nodiscard]] stats::Histogram outside_faults(Metric metric, const Recorder& recorder,
                                              const history::RunResult& result);

}  // namespace plumbline::load
