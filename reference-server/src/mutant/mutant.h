// Deliberate faults, chosen by `serve --mutant ID`, or `ID+ID` where one only shows behind another: they prove that
// the checkers and the judge have teeth. Compiled in only with PLUMBLINE_MUTANTS (presets dev, check, asan, tsan);
// elsewhere active() is a constant.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::serve {

enum class Mutant : std::uint16_t {
  none,
  // Messenger application (shared checker names what each one breaks).
  drop,              // every 50th delivery to a device is dropped
  swap,              // every 50th pair of deliveries on a socket is exchanged
  duplicate,         // every 50th delivery to a device is emitted twice
  ack_before_store,  // every 50th send is answered 202 and then forgotten before it is stored
  wrong_recipient,   // every 50th message also goes to somebody who is no member
  reused_sequence,   // every 50th message gets the sequence id of the one before
  // Real backends, seen only when parts fail.
  plain_incr,  // sequence ids as Redis counts them, without a fence
  // A sequence id is accepted however long ago the epoch was confirmed, on a connection that outlives any silence.
  no_fence_on_thaw,
  // Real backends; only faults expose them.
  // The store's consumer takes any message under a known sequence id for a copy. Only shows when the fence fails too.
  dedup_on_sequence,
  offset_before_store,  // the consumer's position is committed before the messages are
  outbox_after_commit,  // the outbox row follows the direct commit instead of being part of it
  ack_before_report,    // 202 before the brokers' report
// Protocol, by the names of its library.
#define PLUMBLINE_SERVER_FAULT(name) name,
#include "plumbline/socketio/server_faults.inc"
#undef PLUMBLINE_SERVER_FAULT
};

// Hyphenated ids as typed on the command line, e.g. "ack-before-store", in the order of the enumeration.
[[nodiscard]] const std::vector<std::string>& mutant_ids();
[[nodiscard]] std::optional<Mutant> find_mutant(std::string_view id);
// Ids joined by '+', each known; nullopt otherwise.
[[nodiscard]] std::optional<std::vector<Mutant>> find_mutants(std::string_view ids);

#if defined(PLUMBLINE_MUTANTS)
inline constexpr bool kMutantsCompiledIn = true;
// Before the shards start. Beside those that are active already; none ends them all.
void activate(Mutant mutant);
[[nodiscard]] bool active(Mutant mutant);
#else
inline constexpr bool kMutantsCompiledIn = false;
constexpr void activate(Mutant) {}
[[nodiscard]] constexpr bool active(Mutant) {
  return false;
}
#endif

}  // namespace plumbline::serve
