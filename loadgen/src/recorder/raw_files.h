// The raw files of a run directory beside summary.json: one series per second, every histogram. Stage: recorder.
#pragma once

#include <string>

#include "plumbline/history/run_result.h"
#include "recorder/recorder.h"

namespace plumbline::load {

// One line per second: what the report plots.
[[nodiscard]] std::string series_csv(const history::RunResult& result);

// Every histogram of every second, lossless. First line says the format:
//   second metric count overflow negative upper_ns:count ...
[[nodiscard]] std::string latency_log(const Recorder& recorder);

[[nodiscard]] std::string env_json(const history::RunResult& result);

}  // namespace plumbline::load
