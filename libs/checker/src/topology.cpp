// Members and connections: who is owed a delivery.
#include "ledger.h"

namespace plumbline::checker {

void StreamingChecker::Impl::add_conversation(ConversationIndex index, std::vector<DeviceIndex> member_devices) {
  if (index >= conversations.size()) {
    conversations.resize(index + 1);
  }
  if (conversations[index]) {
    return;
  }
  conversations[index] = std::make_unique<Conversation>();
  std::sort(member_devices.begin(), member_devices.end());
  member_devices.erase(std::unique(member_devices.begin(), member_devices.end()), member_devices.end());
  std::vector<Member>& members = conversations[index]->members;
  members.resize(member_devices.size());
  for (std::uint32_t i = 0; i < members.size(); ++i) {
    members[i].device = member_devices[i];
    device(member_devices[i]).memberships.emplace_back(index, i);
  }
}

Conversation* StreamingChecker::Impl::conversation(ConversationIndex index) const {
  return index < conversations.size() ? conversations[index].get() : nullptr;
}

Device& StreamingChecker::Impl::device(DeviceIndex index) {
  if (index >= devices.size()) {
    devices.resize(index + 1);
  }
  return devices[index];
}

void StreamingChecker::Impl::connected(DeviceIndex index, Time at) {
  if (device(index).connected) {
    disconnected(index, at);
  }
  Device& joined = device(index);
  joined.connected = true;
  joined.since = at;
  ++joined.connection;
}

// True while the member is connected since before the send began: it must get the message live.
bool StreamingChecker::Impl::owed(const Member& member, const Record& record) {
  const Device& receiver = devices[member.device];
  return receiver.connected && receiver.since <= record.invoked;
}

void StreamingChecker::Impl::disconnected(DeviceIndex index, Time at) {
  if (!device(index).connected) {
    return;
  }
  for (const auto& [conversation_index, position] : devices[index].memberships) {
    Conversation& where = *conversations[conversation_index];
    Member& member = where.members[position];
    for (std::size_t i = where.open.size(); i > 0; --i) {  // backwards: closing one moves the last into its place
      Record& record = records[where.open[i - 1]];
      if (owed(member, record) && !(record.sequence_id != 0 && member.seen.contains(record.sequence_id))) {
        leave_without(member, record, at);
      }
    }
  }
  devices[index].connected = false;
}

// A connection that ends right after an ack may have missed the push for no fault of the server; one that ends long
// after it should have had it: skipped, when it got a later one of the conversation, else still on its way, and owed on
// its return.
void StreamingChecker::Impl::leave_without(Member& member, Record& record, Time at) {
  if (at - record.acked < limits.delivery_grace) {
    ++findings.report().excused_deliveries;
    miss(member, record);
  } else if (can_be_made_up(member, record) && !skipped(member, record)) {
    ++findings.report().excused_deliveries;
    miss_overdue(member, record, at);
  } else if (!record.undelivered) {
    record.undelivered = true;
    findings.add(Anomaly::acked_undelivered, record.id.text(), place_of(record), [&] {
      return name_of(record.token) + ", acknowledged at " + findings.at(record.acked) + ": device " +
             std::to_string(member.device) + " stayed connected until " + findings.at(at) + " and never got it";
    });
  }
  if (--record.outstanding == 0) {
    close(record);
  }
}

bool StreamingChecker::Impl::skipped(const Member& member, const Record& record) const {
  return member.connection == devices[member.device].connection && member.connection_max > record.sequence_id;
}

}  // namespace plumbline::checker
