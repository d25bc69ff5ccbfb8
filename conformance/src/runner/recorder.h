// Who keeps what a run did and saw. Stage: runner.
#pragma once

#include "evidence/entry.h"
#include "judge/case_run.h"

namespace plumbline::conform {

// Called from the threads of the runner, one call at a time for one case.
class Recorder {
 public:
  virtual ~Recorder() = default;
  virtual void keep(const Take& take) = 0;
  virtual void keep(const std::string& case_id, Fact fact) = 0;
};

}  // namespace plumbline::conform
