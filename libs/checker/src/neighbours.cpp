// The neighbours that make a finding readable.
#include "ledger.h"

namespace plumbline::checker {
namespace {

constexpr std::uint64_t kNeighbours = 2;  // on either side

}  // namespace

// The shortest list of messages that shows a finding: the sequence ids around it, each with what became of it.
void StreamingChecker::Impl::show_neighbours() {
  for (Example& example : findings.report().examples) {
    Conversation* where = example.sequence_id == 0 ? nullptr : conversation(example.conversation);
    if (where == nullptr) {
      continue;
    }
    const std::uint64_t first = example.sequence_id > kNeighbours ? example.sequence_id - kNeighbours : 1;
    for (std::uint64_t id = first; id <= example.sequence_id + kNeighbours; ++id) {
      const Binding* binding = where->table.find(id);
      std::string line = std::to_string(id) + "   ";
      if (binding == nullptr || !binding->bound()) {
        if (id > where->max_known) {
          break;
        }
        example.neighbours.push_back(line + "no message");
        continue;
      }
      line += "message " + std::to_string(binding->counter) + " of device " + std::to_string(binding->sender);
      line += binding->sent == 0 ? "" : "   sent " + findings.at(binding->sent);
      line += binding->acked == 0 ? "   not acknowledged" : "   acknowledged " + findings.at(binding->acked);
      line += where->complete_pass == 0                     ? ""
              : binding->found_pass >= where->complete_pass ? "   in the history"
                                                            : "   not in the history";
      example.neighbours.push_back(line + (binding->id.text().empty() ? "" : "   " + binding->id.text()));
    }
  }
}

}  // namespace plumbline::checker
