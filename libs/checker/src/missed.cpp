// What a device that was away is owed when it comes back.
#include "ledger.h"

namespace plumbline::checker {

bool StreamingChecker::Impl::can_be_made_up(const Member& member, const Record& record) const {
  const bool placed = record.sequence_id != 0 && !record.conflicted && !record.mismatched;
  return limits.resumes && placed && !member.seen.contains(record.sequence_id);
}

// Not owed live. A device that never was there is owed what was acknowledged since it first came.
void StreamingChecker::Impl::miss(Member& member, const Record& record) {
  if (can_be_made_up(member, record) && devices[member.device].connection != 0) {
    owe(member, {record.sequence_id, record.acked});
  }
}

// Owed live and late: a server under load may need longer than the grace, but not for ever.
void StreamingChecker::Impl::miss_overdue(Member& member, const Record& record, Time left) {
  owe(member, {record.sequence_id, record.acked, left});
}

void StreamingChecker::Impl::owe(Member& member, const Missed& missed) {
  if (missed_count >= limits.max_missed) {
    findings.overflow("more than " + std::to_string(limits.max_missed) +
                      " messages were owed to devices that are away");
    return;
  }
  if (!member.missed) {
    member.missed = std::make_unique<std::vector<Missed>>();
  }
  member.missed->push_back(missed);
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
    on_waited(found->left ? found->acked : std::max(found->acked, devices[member.device].since), at);
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
      if (member.missed) {
        judge_missed(i, member);
      }
    }
  }
}

void StreamingChecker::Impl::judge_missed(ConversationIndex index, const Member& member) {
  Conversation& where = *conversations[index];
  const Device& receiver = devices[member.device];
  for (const Missed& each : *member.missed) {
    if (!receiver.connected && !each.left) {
      continue;  // it left in time and did not come back for it
    }
    const Binding* binding = where.table.find(each.sequence_id);
    if (binding == nullptr || binding->found_pass < where.complete_pass) {
      continue;  // said already, as acked-lost
    }
    findings.add(Anomaly::acked_undelivered, binding->id.text(), {index, each.sequence_id}, [&] {
      return "message " + std::to_string(binding->counter) + " of device " + std::to_string(binding->sender) +
             " in conversation " + std::to_string(index) + ", sequence id " + std::to_string(each.sequence_id) +
             ", acknowledged at " + findings.at(each.acked) + ": device " + std::to_string(member.device) +
             (each.left ? " stayed connected until " + findings.at(*each.left) : " was away") +
             (receiver.connected ? ", came back at " + findings.at(receiver.since) : "") + " and never got it";
    });
  }
}

}  // namespace plumbline::checker
