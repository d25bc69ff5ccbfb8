// Compares what was measured with the bounds of the scenario. Pure. Stage: verdict.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "plumbline/checker/streaming_checker.h"
#include "plumbline/history/run_result.h"
#include "recorder/recorder.h"
#include "scenario/scenario.h"

namespace plumbline::load {

// Anomalies of severity S0 and S1: the ones that fail a run.
[[nodiscard]] std::uint64_t grave_anomalies(const checker::CheckerReport& report);

[[nodiscard]] history::Quantiles quantiles_of(const stats::Histogram& histogram, double slip_p99_ms = 0);

// In the order of the scenario; outages and lag are taken from `result`. A percentile that rests on fewer than one
// sample beyond it is unknown, not passed.
[[nodiscard]] std::vector<history::GateResult> judge_gates(const std::vector<Gate>& gates, const Recorder& recorder,
                                                           const checker::CheckerReport& report,
                                                           const history::RunResult& result = {});

enum class Withdraw { numbers, everything };  // everything: the count of anomalies too
// Makes every gate unknown, with the reason as its note. Anomalies that were seen stay a failure: they happened.
void withdraw_judgement(std::vector<history::GateResult>& gates, Withdraw what, std::string_view why);

}  // namespace plumbline::load
