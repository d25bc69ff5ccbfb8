// A case judged again from whatever evidence there is: never a crash or an endless case.
#include "evidence/text.h"
#include "fuzz/target.h"
#include "runner/replay.h"

PLUMBLINE_FUZZ_TARGET(conform_replay) {
  using namespace plumbline::conform;
  static const LoadedCatalogue loaded = load_catalogue(embedded_spec());
  const ReadEvidence read = read_evidence(input);
  std::string id = "EIO-UP-04.a";
  for (const EvidencePart& part : read.parts) {
    const auto* take = std::get_if<Take>(&part);
    id = take != nullptr ? take->case_id : id;
  }
  if (read.parts.size() <= 8) {
    const Replayed replayed = replay(loaded.catalogue, Target{}, id, read.parts);
    plumbline::fuzz::require(read.parts.empty() || !replayed.departure.empty() || replayed.run.id == id);
  }
}
