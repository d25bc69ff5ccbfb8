// The run directory: report.jsonl, summary.json, evidence, badge, and the rendered report. Stage: output.
#pragma once

#include <optional>
#include <string>

#include "output/run_record.h"
#include "output/run_summary.h"
#include "plumbline/history/run_dir.h"
#include "plumbline/history/run_result.h"

namespace plumbline::conform {

[[nodiscard]] history::RunResult to_run_result(const RunSummary& summary);

// The line of a verdict in report.jsonl.
[[nodiscard]] boost::json::object verdict_fields(const ClauseVerdict& verdict);

// Ends report.jsonl; writes summary.json, evidence/<case>.log, reproduce/<case>.py for what does not simply hold and,
// where it is earned, badge.json. The sentence says what could not be written.
[[nodiscard]] std::optional<std::string> write_run(const history::RunDir& dir, RunRecord& record,
                                                   const RunSummary& summary);

// Has this executable's `report render` make html, md and junit of the directory. False when it did not.
[[nodiscard]] bool render(const history::RunDir& dir);

}  // namespace plumbline::conform
