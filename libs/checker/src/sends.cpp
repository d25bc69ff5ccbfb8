// One send from its invocation to its outcome.
#include "ledger.h"

namespace plumbline::checker {

Record* StreamingChecker::Impl::find(const Token& token) {
  const std::uint32_t index = unsettled.find(key_of(token));
  return index == FlatMap::kNone ? nullptr : &records[index];
}

void StreamingChecker::Impl::invoke(const Token& token, Time at) {
  ++findings.report().sent;
  Device& sender = device(token.sender);
  sender.issued = std::max(sender.issued, token.counter);
  const Conversation* where = conversation(token.conversation);
  if (where == nullptr) {
    findings.overflow("conversation " + std::to_string(token.conversation) + " was never declared");
    return;
  }
  if (unsettled.size() >= limits.max_open) {
    findings.overflow("more than " + std::to_string(limits.max_open) + " sends were unsettled at once");
    return;
  }
  if (find(token) != nullptr) {
    findings.overflow(name_of(token) + " was sent twice by the generator");
    return;
  }
  if (free_records.empty()) {
    free_records.push_back(static_cast<std::uint32_t>(records.size()));
    records.emplace_back();
  }
  const std::uint32_t index = free_records.back();
  free_records.pop_back();
  Record& record = records[index];
  record = Record{};
  record.token = token;
  record.invoked = at;
  record.known_at_invoke = where->max_known;
  record.in_use = true;
  unsettled.insert(key_of(token), index);
}

void StreamingChecker::Impl::acknowledge(const Token& token, std::uint64_t sequence_id, std::string_view message_id,
                                         Time at) {
  const MessageKey id(message_id);
  Record* record = find(token);
  if (record == nullptr || record->state == SendState::acked) {
    acknowledge_again(token, sequence_id, id, at);
    return;
  }
  ++findings.report().acked;
  if (record->state == SendState::unknown) {
    --findings.report().unknown;  // a retry with the same client id resolved it
  } else if (record->state == SendState::failed) {
    --findings.report().failed;
  }
  Conversation& where = *conversation(token.conversation);
  record->state = SendState::acked;
  record->acked = at;
  record->acked_pass = static_cast<std::uint16_t>(where.pass + 1);
  if (record->id.empty()) {
    record->id = id;
  } else if (sequence_id == 0 && !id.empty() && record->id != id) {
    findings.add(Anomaly::ack_mismatch, record->id.text(), {token.conversation, record->sequence_id}, [&] {
      return name_of(token) + " was delivered as " + name_of(record->id) + " and acknowledged as " + name_of(id);
    });
  }
  if (sequence_id != 0) {
    const Sighting answer{token.conversation, sequence_id, message_id, {}};
    if (bind(where, token, record, answer, Source::ack) == Bound::own) {
      check_real_time(*record, sequence_id);
      note_acked(where, *record, sequence_id, at);
    }
  }
  if (Binding* own = record->sequence_id == 0 ? nullptr : where.table.find(record->sequence_id);
      own != nullptr && own->owned_by(token)) {
    own->acked_pass = record->acked_pass;
    own->acked = findings.stamp(at);
  }
  open_deliveries(where, *record, at);
}

// A second answer to one send: a retry must get the first answer again.
void StreamingChecker::Impl::acknowledge_again(const Token& token, std::uint64_t sequence_id, const MessageKey& id,
                                               Time at) {
  Conversation* where = conversation(token.conversation);
  if (where == nullptr || findings.report().overflowed) {
    return;
  }
  const Binding* bound = sequence_id == 0 ? nullptr : where->table.find(sequence_id);
  const bool same = bound != nullptr && bound->owned_by(token) && (bound->id.empty() || id.empty() || bound->id == id);
  if (!same && sequence_id != 0) {
    findings.add(Anomaly::idempotency_break, id.text(), {token.conversation, sequence_id}, [&] {
      return name_of(token) + " was acknowledged again at " + findings.at(at) + ", now as " + name_of(id) +
             " with sequence id " + std::to_string(sequence_id);
    });
  }
}

// The highest known id was read right before the request left: everything up to it had been acknowledged, or shown to
// somebody, before.
void StreamingChecker::Impl::check_real_time(const Record& record, std::uint64_t sequence_id) {
  if (sequence_id > record.known_at_invoke) {
    return;
  }
  findings.add(Anomaly::real_time_inversion, record.id.text(), {record.token.conversation, sequence_id}, [&] {
    return name_of(record.token) + " got sequence id " + std::to_string(sequence_id) + ", although " +
           std::to_string(record.known_at_invoke) + " had been acknowledged or shown before it was sent at " +
           findings.at(record.invoked);
  });
}

void StreamingChecker::Impl::note_acked(Conversation& where, const Record& record, std::uint64_t sequence_id, Time at) {
  where.max_acked = std::max(where.max_acked, sequence_id);
  where.max_known = std::max(where.max_known, sequence_id);
  note_recent(record.token, sequence_id, at);
  if (where.candidate_acked == 0 || at - where.candidate_at >= limits.read_lag) {
    where.settled_acked = std::max(where.settled_acked, where.candidate_acked);
    where.candidate_acked = where.max_acked;
    where.candidate_at = at;
  }
  if (Member* sender = where.member(record.token.sender); sender != nullptr) {
    sender->own_acked = std::max(sender->own_acked, sequence_id);
  }
}

// Fixes whom the message is owed to: the members connected during the whole of [invoke, ack]. Some may have it already.
void StreamingChecker::Impl::open_deliveries(Conversation& where, Record& record, Time at) {
  std::uint32_t expected = 0;
  for (Member& member : where.members) {
    if (!owed(member, record)) {
      miss(member, record);
      continue;
    }
    ++expected;
    const bool has_it = record.sequence_id != 0 && !record.conflicted && member.seen.contains(record.sequence_id);
    record.outstanding += has_it ? 0 : 1;
  }
  findings.report().expected_deliveries += expected;
  if (record.conflicted || record.mismatched) {
    record.outstanding = 0;  // see stop_following
    return;
  }
  if (record.outstanding > 0) {
    record.open_position = static_cast<std::uint32_t>(where.open.size());
    where.open.push_back(unsettled.find(key_of(record.token)));
    ++open_count;
    return;
  }
  if (expected > 0) {
    record.last_delivery = record.last_delivery == Time{} ? at : record.last_delivery;
    complete(record);
  }
  release(record);
}

void StreamingChecker::Impl::complete(Record& record) {
  if (on_complete) {
    on_complete(record.token, record.last_delivery);
  }
  if (on_waited && record.last_delivery > record.acked) {
    on_waited(record.acked, record.last_delivery);
  }
}

// No device is owed the message any more.
void StreamingChecker::Impl::close(Record& record) {
  Conversation& where = *conversation(record.token.conversation);
  const std::uint32_t last = where.open.back();
  where.open[record.open_position] = last;
  records[last].open_position = record.open_position;
  where.open.pop_back();
  --open_count;
  release(record);
}

// Which delivery belongs to which send cannot be told any more; that was said, so nothing else is.
void StreamingChecker::Impl::stop_following(Record& record) {
  if (record.outstanding > 0) {
    record.outstanding = 0;
    close(record);
  }
}

// A bound was hit: what can no longer be followed is not judged either.
void StreamingChecker::Impl::give_up(Record* record) {
  if (record != nullptr) {
    record->mismatched = true;
    stop_following(*record);
  }
}

void StreamingChecker::Impl::release(Record& record) {
  if (record.sequence_id == 0 || record.conflicted || record.mismatched) {
    return;  // the sequence table does not remember it
  }
  record.in_use = false;
  const std::uint32_t index = unsettled.find(key_of(record.token));
  unsettled.erase(key_of(record.token));
  free_records.push_back(index);
}

void StreamingChecker::Impl::fail(const Token& token, Time /*at*/) {
  Record* record = find(token);
  if (record == nullptr || record->state != SendState::invoked) {
    return;
  }
  ++findings.report().failed;
  record->state = SendState::failed;
  if (std::exchange(record->visible, false)) {
    became_visible(*record, "delivered before the refusal");
  }
}

void StreamingChecker::Impl::lose(const Token& token, Time /*at*/) {
  Record* record = find(token);
  if (record == nullptr || record->state != SendState::invoked) {
    return;
  }
  ++findings.report().unknown;
  record->state = SendState::unknown;
  if (std::exchange(record->visible, false)) {
    became_visible(*record, "delivered while the sender waited");
  }
}

}  // namespace plumbline::checker
