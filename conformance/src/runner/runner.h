// Runs cases: many at a time, then those that look at the target's process or restart it one by one; doubtful ones
// again alone, failing ones twice more, one by one after a death. Stage: runner.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cases/context.h"
#include "catalogue/catalogue.h"
#include "judge/fold.h"
#include "runner/recorder.h"
#include "wire/live_medium.h"

namespace plumbline::conform {

struct RunnerOptions {
  std::uint64_t seed{0};
  std::size_t at_a_time{64};
  // Brings a dead target back, or waits for its supervisor to do so. False: it stays away.
  std::function<bool(Target&)> revive = [](Target&) {
    return false;
  };
  // For a client under test: readies the medium of a take and starts the program, which lives as long as the answer.
  // Without it the target is a server, and a canary watches how late it is.
  std::function<std::shared_ptr<void>(LiveMedium&, Take&)> begin{};
  Recorder* recorder{nullptr};      // null: nothing is kept
  TargetProcess* process{nullptr};  // null: nobody can see or restart it
  // True once the user wants to stop: cases that have not begun are left out. Asked from several threads.
  std::function<bool()> interrupted = [] {
    return false;
  };
};

struct RunnerReport {
  std::vector<CaseRun> runs;
  bool target_lost{false};  // it was gone and did not come back
  std::string lost_during;  // the case that ran when it went
  Duration worst_lag{};
};

// Blocks until all is judged. `target` is changed when the target comes back elsewhere.
[[nodiscard]] RunnerReport run_cases(const Catalogue& catalogue, const std::vector<const CaseRecord*>& cases,
                                     Target& target, const Clock& clock, const RunnerOptions& options);

}  // namespace plumbline::conform
