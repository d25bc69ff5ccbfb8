// Evidence files may be written by anybody: never a crash or an endless case; what is read is written the same way.
#include "evidence/text.h"
#include "fuzz/target.h"
#include "runner/replay.h"

PLUMBLINE_FUZZ_TARGET(conform_evidence) {
  using namespace plumbline::conform;
  static const LoadedCatalogue loaded = load_catalogue(embedded_spec());
  const ReadEvidence read = read_evidence(input);
  std::string written;
  std::string id = "EIO-UP-04.a";
  for (const EvidencePart& part : read.parts) {
    const auto* take = std::get_if<Take>(&part);
    written += take != nullptr ? to_lines(*take)
                               : to_line(std::get<FactOfCase>(part).case_id, std::get<FactOfCase>(part).fact);
    id = take != nullptr ? take->case_id : id;
  }
  const ReadEvidence again = read_evidence(written);
  plumbline::fuzz::require(again.error.empty() && again.parts.size() == read.parts.size());
  if (read.parts.size() <= 8) {
    const Replayed replayed = replay(loaded.catalogue, Target{}, id, read.parts);
    plumbline::fuzz::require(read.parts.empty() || !replayed.departure.empty() || replayed.run.id == id);
  }
}
