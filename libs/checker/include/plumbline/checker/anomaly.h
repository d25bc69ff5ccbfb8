// Names of everything that can go wrong with a message (failover.md b.3), as they appear in summary.json.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace plumbline::checker {

enum class Anomaly : std::uint8_t {
  acked_lost,               // acknowledged, absent from the final read
  acked_undelivered,        // acknowledged and stored, a connected member device never got it
  torn_fanout,              // some member devices got it, another never did
  indeterminate_committed,  // outcome unknown, turned out stored (information)
  aborted_read,             // answered as failed, yet visible
  phantom,                  // delivered or read, but never sent, or with changed text
  misdelivery,              // reached somebody who is no member, or under a wrong conversation
  vanished,                 // shown once, absent from every later read
  duplicate_entity,         // one send stored twice
  visible_duplicate,        // one device got one message twice on one connection
  idempotency_break,        // one clientMessageId, two answers or two entities
  sequence_reuse,           // one sequence id bound to two messages
  ack_mismatch,             // acknowledgement names another id or sequence than delivery or history
  real_time_inversion,      // acknowledged before the other started, yet numbered after it
  push_inversion,           // a connection got a lower sequence id after a higher one
  sequence_gap,             // numbers bound to no message (information)
  stale_read,               // a read missed what had been acknowledged before it began
  false_ack,                // acknowledged right before a fault struck, and lost (also counted as acked-lost)
  resume_overlap,           // a device that came back got again what it had
};
inline constexpr std::size_t kAnomalyCount = 19;

enum class Severity : std::uint8_t { s0, s1, s2, s3 };  // s0, s1 fail a run; s2 has a budget; s3 informs

struct AnomalyKind {
  Anomaly anomaly;
  std::string_view name;  // hyphenated
  Severity severity;
  std::string_view sentence;  // what it means to a reader of the report
};

[[nodiscard]] const std::array<AnomalyKind, kAnomalyCount>& anomaly_kinds();
[[nodiscard]] const AnomalyKind& kind_of(Anomaly anomaly);

}  // namespace plumbline::checker
