// Acknowledged right before a fault struck: the messages that a false acknowledgement loses first.
#include "ledger.h"

namespace plumbline::checker {
namespace {

constexpr Duration kRisk = std::chrono::milliseconds{50};  // failover.md b.3, 33
constexpr Duration kRemember = std::chrono::seconds{3};    // faults are told late
constexpr std::size_t kMaxAtRisk = 100'000;

}  // namespace

void StreamingChecker::Impl::note_recent(const Token& token, std::uint64_t sequence_id, Time at) {
  recent.push_back({at, {token.conversation, sequence_id}});
  while (!recent.empty() && at - recent.front().acked > kRemember) {
    recent.pop_front();
  }
}

void StreamingChecker::Impl::fault(Time at) {
  for (const Recent& each : recent) {
    if (each.acked <= at && at - each.acked <= kRisk && at_risk.size() < kMaxAtRisk) {
      at_risk.push_back(each.place);
    }
  }
  findings.report().at_risk = at_risk.size();
}

void StreamingChecker::Impl::judge_at_risk() {
  for (const Place& place : at_risk) {
    Conversation& where = *conversations[place.conversation];
    const Binding* binding = where.table.find(place.sequence_id);
    if (binding == nullptr || where.complete_pass == 0 || binding->found_pass >= where.complete_pass) {
      continue;
    }
    findings.add(Anomaly::false_ack, binding->id.text(), place, [&] {
      return "message " + std::to_string(binding->counter) + " of device " + std::to_string(binding->sender) +
             " in conversation " + std::to_string(place.conversation) + ", sequence id " +
             std::to_string(place.sequence_id) + ", was acknowledged at " + findings.at(binding->acked) +
             ", right before a fault, and is absent from the final history";
    });
  }
}

}  // namespace plumbline::checker
