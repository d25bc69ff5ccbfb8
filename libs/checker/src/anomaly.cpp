#include "plumbline/checker/anomaly.h"

namespace plumbline::checker {
namespace {

constexpr std::array<AnomalyKind, kAnomalyCount> kKinds{{
    {Anomaly::acked_lost, "acked-lost", Severity::s0, "acknowledged, yet absent from the final history"},
    {Anomaly::acked_undelivered, "acked-undelivered", Severity::s1,
     "acknowledged, yet a device that was connected all the time never got it"},
    {Anomaly::torn_fanout, "torn-fanout", Severity::s1, "some connected devices got it, another never did"},
    {Anomaly::indeterminate_committed, "indeterminate-committed", Severity::s3,
     "the outcome was unknown to the sender, and it turned out stored"},
    {Anomaly::aborted_read, "aborted-read", Severity::s0, "answered as failed, yet visible"},
    {Anomaly::phantom, "phantom", Severity::s0, "seen, but never sent, or seen with a changed text"},
    {Anomaly::misdelivery, "misdelivery", Severity::s0, "reached somebody who is no member, or a wrong conversation"},
    {Anomaly::vanished, "vanished", Severity::s0, "shown once, absent from every later read"},
    {Anomaly::duplicate_entity, "duplicate-entity", Severity::s0, "one send stored twice"},
    {Anomaly::visible_duplicate, "visible-duplicate", Severity::s1, "one device got it twice on one connection"},
    {Anomaly::idempotency_break, "idempotency-break", Severity::s0, "one client message id, two answers"},
    {Anomaly::sequence_reuse, "sequence-reuse", Severity::s0, "one sequence id given to two messages"},
    {Anomaly::ack_mismatch, "ack-mismatch", Severity::s0,
     "the acknowledgement names another id or sequence id than the delivery or the history"},
    {Anomaly::real_time_inversion, "real-time-inversion", Severity::s0,
     "started after another was acknowledged, yet numbered before it"},
    {Anomaly::push_inversion, "push-inversion", Severity::s1, "a device got a lower sequence id after a higher one"},
    {Anomaly::sequence_gap, "sequence-gap", Severity::s3, "sequence ids that belong to no message"},
    {Anomaly::stale_read, "stale-read", Severity::s2, "a read missed what had been acknowledged before it began"},
    {Anomaly::false_ack, "false-ack", Severity::s0, "acknowledged in the last 50 ms before a fault, and lost by it"},
    {Anomaly::resume_overlap, "resume-overlap", Severity::s2,
     "a device that came back got again what it had got before"},
}};

constexpr bool in_enum_order() {
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (kKinds[i].anomaly != static_cast<Anomaly>(i)) {
      return false;
    }
  }
  return true;
}
static_assert(in_enum_order());

}  // namespace

const std::array<AnomalyKind, kAnomalyCount>& anomaly_kinds() {
  return kKinds;
}

const AnomalyKind& kind_of(Anomaly anomaly) {
  return kKinds[static_cast<std::size_t>(anomaly)];
}

}  // namespace plumbline::checker
