// The few lines that a run ends with. Stage: progress.
#pragma once

#include <string>

#include "plumbline/history/run_result.h"

namespace plumbline::load {

// `report`: path of report.html, or of the run directory when there is none.
[[nodiscard]] std::string final_table(const history::RunResult& result, const std::string& report);

}  // namespace plumbline::load
