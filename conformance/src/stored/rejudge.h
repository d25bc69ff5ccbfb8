// Verdicts of a stored run, drawn again by this executable, and how they differ from the stored ones. Stage: stored.
#pragma once

#include <string>
#include <vector>

#include "output/run_summary.h"
#include "stored/stored_run.h"

namespace plumbline::conform {

struct Rejudged {
  RunSummary summary;
  std::vector<std::string> notes;        // another judge, a cut-off run
  std::vector<std::string> altered;      // the record does not fit its digests
  std::vector<std::string> departures;   // cases that this version plays in another way: not judged
  std::vector<std::string> differences;  // verdicts, or a summary, that do not follow from the record

  // 0: the stored verdicts follow from the record, bit for bit. 1: they do not. 4: it cannot be told.
  [[nodiscard]] ExitCode exit_code() const;
};

[[nodiscard]] Rejudged rejudge(const Catalogue& catalogue, const StoredRun& stored);

}  // namespace plumbline::conform
