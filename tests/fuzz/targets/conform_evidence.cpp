// Evidence files may be written by anybody: never a crash; what is read is written the same way.
#include "evidence/text.h"
#include "fuzz/target.h"

PLUMBLINE_FUZZ_TARGET(conform_evidence) {
  using namespace plumbline::conform;
  const ReadEvidence read = read_evidence(input);
  std::string written;
  for (const EvidencePart& part : read.parts) {
    const auto* take = std::get_if<Take>(&part);
    written += take != nullptr ? to_lines(*take)
                               : to_line(std::get<FactOfCase>(part).case_id, std::get<FactOfCase>(part).fact);
  }
  const ReadEvidence again = read_evidence(written);
  plumbline::fuzz::require(again.error.empty() && again.parts.size() == read.parts.size());
}
