// What a device that was away is owed when it comes back.
#include "ledger.h"

namespace plumbline::checker {

// Not owed live. A device that never was there is owed what was acknowledged since it first came.
void StreamingChecker::Impl::miss(Member& member, const Record& record) {
  const bool placed = record.sequence_id != 0 && !record.conflicted && !record.mismatched;
  if (!limits.resumes || !placed || devices[member.device].connection == 0 ||
      member.seen.contains(record.sequence_id)) {
    return;
  }
  if (missed_count >= limits.max_missed) {
    findings.overflow("more than " + std::to_string(limits.max_missed) +
                      " messages were owed to devices that are away");
    return;
  }
  if (!member.missed) {
    member.missed = std::make_unique<std::vector<Missed>>();
  }
  member.missed->push_back({record.sequence_id, record.acked});
  ++missed_count;
  ++findings.report().missed_deliveries;
}

void StreamingChecker::Impl::make_up(Member& member, std::uint64_t sequence_id, Time at) {
  if (!member.missed) {
    return;
  }
  std::vector<Missed>& missed = *member.missed;
  const auto found =
      std::find_if(missed.begin(), missed.end(), [&](const Missed& each) { return each.sequence_id == sequence_id; });
  if (found == missed.end()) {
    return;
  }
  if (on_waited) {
    on_waited(std::max(found->acked, devices[member.device].since), at);
  }
  missed.erase(found);
  --missed_count;
  if (missed.empty()) {
    member.missed.reset();
  }
}

void StreamingChecker::Impl::judge_missed() {
  for (ConversationIndex i = 0; i < conversations.size(); ++i) {
    for (std::size_t m = 0; conversations[i] && m < conversations[i]->members.size(); ++m) {
      const Member& member = conversations[i]->members[m];
      if (member.missed && devices[member.device].connected) {
        judge_missed(i, member);
      }
    }
  }
}

void StreamingChecker::Impl::judge_missed(ConversationIndex index, const Member& member) {
  Conversation& where = *conversations[index];
  for (const Missed& each : *member.missed) {
    const Binding* binding = where.table.find(each.sequence_id);
    if (binding == nullptr || binding->found_pass < where.complete_pass) {
      continue;  // said already, as acked-lost
    }
    findings.add(Anomaly::acked_undelivered, binding->id.text(), {index, each.sequence_id}, [&] {
      return "message " + std::to_string(binding->counter) + " of device " + std::to_string(binding->sender) +
             " in conversation " + std::to_string(index) + ", sequence id " + std::to_string(each.sequence_id) +
             ", acknowledged at " + findings.at(each.acked) + ": device " + std::to_string(member.device) +
             " was away, came back at " + findings.at(devices[member.device].since) + " and never got it";
    });
  }
}

}  // namespace plumbline::checker
