#include "mutant/mutant.h"

#include <algorithm>
#include <bitset>
#include <iterator>
#include <string>

namespace plumbline::serve {
namespace {

constexpr std::string_view kMessenger[]{"drop",
                                        "swap",
                                        "duplicate",
                                        "ack-before-store",
                                        "wrong-recipient",
                                        "reused-sequence",
                                        "plain-incr",
                                        "no-fence-on-thaw",
                                        "dedup-on-sequence",
                                        "offset-before-store",
                                        "outbox-after-commit",
                                        "ack-before-report"};  // in the order of the enumeration

std::string with_hyphens(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

}  // namespace

const std::vector<std::string>& mutant_ids() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> names(std::begin(kMessenger), std::end(kMessenger));
#define PLUMBLINE_SERVER_FAULT(name) names.push_back(with_hyphens(#name));
#include "plumbline/socketio/server_faults.inc"
#undef PLUMBLINE_SERVER_FAULT
    return names;
  }();
  return all;
}

std::optional<Mutant> find_mutant(std::string_view id) {
  const auto& ids = mutant_ids();
  const auto found = std::find(ids.begin(), ids.end(), id);
  return found == ids.end() ? std::nullopt : std::optional(static_cast<Mutant>(found - ids.begin() + 1));
}

std::optional<std::vector<Mutant>> find_mutants(std::string_view ids) {
  std::vector<Mutant> all;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = ids.find('+');
    const auto mutant = find_mutant(ids.substr(0, end));
    if (!mutant) {
      return std::nullopt;
    }
    all.push_back(*mutant);
    ids.remove_prefix(end == std::string_view::npos ? ids.size() : end + 1);
  }
  return all;
}

#if defined(PLUMBLINE_MUTANTS)
namespace {
std::bitset<512> g_active;  // written before the shard threads start, read-only afterwards
}

void activate(Mutant mutant) {
  if (mutant == Mutant::none) {
    g_active.reset();
  } else {
    g_active.set(static_cast<std::size_t>(mutant));
  }
}
bool active(Mutant mutant) {
  return g_active[static_cast<std::size_t>(mutant)];
}
#endif

}  // namespace plumbline::serve
