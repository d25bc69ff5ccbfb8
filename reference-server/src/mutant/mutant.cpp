#include "mutant/mutant.h"

#include <bitset>
#include <utility>

namespace plumbline::serve {
namespace {

using Entry = std::pair<std::string_view, Mutant>;
constexpr Entry kTable[]{
    {"drop", Mutant::drop},
    {"swap", Mutant::swap},
    {"duplicate", Mutant::duplicate},
    {"ack-before-store", Mutant::ack_before_store},
    {"ack-before-report", Mutant::ack_before_report},
    {"wrong-recipient", Mutant::wrong_recipient},
    {"reused-sequence", Mutant::reused_sequence},
    {"plain-incr", Mutant::plain_incr},
    {"no-fence-on-thaw", Mutant::no_fence_on_thaw},
    {"dedup-on-sequence", Mutant::dedup_on_sequence},
    {"offset-before-store", Mutant::offset_before_store},
    {"outbox-after-commit", Mutant::outbox_after_commit},
    {"never-ping", Mutant::never_ping},
    {"never-timeout", Mutant::never_timeout},
    {"missing-eio-ok", Mutant::missing_eio_ok},
    {"wrong-error-code", Mutant::wrong_error_code},
    {"post-body-not-ok", Mutant::post_body_not_ok},
    {"payload-only-first", Mutant::payload_only_first},
    {"dup-get-tolerated", Mutant::dup_get_tolerated},
    {"poll-ok-after-upgrade", Mutant::poll_ok_after_upgrade},
    {"lose-buffer-on-upgrade", Mutant::lose_buffer_on_upgrade},
    {"no-connect-timeout", Mutant::no_connect_timeout},
    {"double-connect-ok", Mutant::double_connect_ok},
    {"auth-dropped", Mutant::auth_dropped},
    {"event-twice", Mutant::event_twice},
    {"ack-id-off-by-one", Mutant::ack_id_off_by_one},
    {"ack-twice", Mutant::ack_twice},
    {"placeholders-swapped", Mutant::placeholders_swapped},
    {"disconnect-ignored", Mutant::disconnect_ignored},
    {"invalid-packet-ignored", Mutant::invalid_packet_ignored},
};

}  // namespace

const std::vector<std::string_view>& mutant_ids() {
  static const std::vector<std::string_view> ids = [] {
    std::vector<std::string_view> all;
    for (const auto& [id, mutant] : kTable) {
      all.push_back(id);
    }
    return all;
  }();
  return ids;
}

std::optional<Mutant> find_mutant(std::string_view id) {
  for (const auto& [known, mutant] : kTable) {
    if (known == id) {
      return mutant;
    }
  }
  return std::nullopt;
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
std::bitset<64> g_active;  // written before the shard threads start, read-only afterwards
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
