// What devices and readers see: every text is traced to its send and every sequence id to its owner.
#include "ledger.h"

namespace plumbline::checker {

// The send behind a text; nothing when the text is none of ours, or shown where it does not belong.
std::optional<Token> StreamingChecker::Impl::read_token(const Sighting& sighting, std::string_view where) {
  const std::optional<Token> token = decode_token(sighting.text);
  const bool issued = token && token->run == run && token->sender < devices.size() && token->counter != 0 &&
                      token->counter <= devices[token->sender].issued;
  if (!issued) {
    findings.add(Anomaly::phantom, std::string(sighting.message_id), place_of(sighting), [&] {
      return std::string(where) + " in conversation " + std::to_string(sighting.conversation) + ", sequence id " +
             std::to_string(sighting.sequence_id) +
             (token ? ": nobody sent it in this run" : ": the text is not what any sender wrote");
    });
    return std::nullopt;
  }
  if (token->conversation != sighting.conversation) {
    findings.add(Anomaly::misdelivery, std::string(sighting.message_id), place_of(sighting), [&] {
      return name_of(*token) + ": " + std::string(where) + " under conversation " +
             std::to_string(sighting.conversation);
    });
    return std::nullopt;
  }
  return token;
}

void StreamingChecker::Impl::say_reuse(Binding& binding, const Token& token, Record* record, std::uint64_t sequence_id,
                                       const MessageKey& id) {
  const bool said = record != nullptr ? record->conflicted : (binding.reported & kSaidReuse) != 0;
  if (record != nullptr) {
    record->conflicted = true;
    stop_following(*record);
  }
  binding.reported |= kSaidReuse;
  if (said) {
    return;
  }
  findings.add(Anomaly::sequence_reuse, id.text(), {token.conversation, sequence_id}, [&] {
    return "conversation " + std::to_string(token.conversation) + ", sequence id " + std::to_string(sequence_id) +
           " was given to " + name_of(binding.id) + " (message " + std::to_string(binding.counter) + " of device " +
           std::to_string(binding.sender) + ") and to " + name_of(id) + " (message " + std::to_string(token.counter) +
           " of device " + std::to_string(token.sender) + ")";
  });
}

void StreamingChecker::Impl::say_other_id(Binding& binding, const Token& token, std::uint64_t sequence_id,
                                          const MessageKey& id) {
  if (binding.id.empty() || id.empty() || binding.id == id || (binding.reported & kSaidOtherId) != 0) {
    return;
  }
  binding.reported |= kSaidOtherId;
  const Anomaly anomaly = binding.acked_pass != 0 ? Anomaly::ack_mismatch : Anomaly::duplicate_entity;
  findings.add(anomaly, binding.id.text(), {token.conversation, sequence_id}, [&] {
    return name_of(token) + ", sequence id " + std::to_string(sequence_id) + ", has the id " + name_of(binding.id) +
           " in one place and " + name_of(id) + " in another";
  });
}

// The send's own record says it is bound elsewhere, or it is settled under another sequence id.
Bound StreamingChecker::Impl::claim(Conversation& where, Binding& binding, const Token& token, Record* record,
                                    const Sighting& sighting, Source source) {
  if (record != nullptr && record->sequence_id == 0) {
    binding.sender = token.sender;
    binding.counter = token.counter;
    binding.id = MessageKey(sighting.message_id);
    binding.sent = findings.stamp(record->invoked);
    record->sequence_id = sighting.sequence_id;
    if (record->state == SendState::acked) {
      binding.acked_pass = record->acked_pass;
    }
    return Bound::own;
  }
  if (source == Source::final_read) {
    where.strays.push_back({token, sighting.sequence_id, MessageKey(sighting.message_id)});
    return Bound::stray;
  }
  if (findings.report().overflowed || (record != nullptr && record->mismatched)) {
    return Bound::stray;
  }
  const bool acked = record != nullptr && record->state == SendState::acked;
  if (record != nullptr) {
    record->mismatched = true;
    stop_following(*record);
    if (Binding* own = where.table.find(record->sequence_id); own != nullptr && own->owned_by(token)) {
      own->reported |= kSaidMismatch;
    }
  }
  findings.add(
      acked ? Anomaly::ack_mismatch : Anomaly::duplicate_entity, std::string(sighting.message_id), place_of(sighting),
      [&] {
        return name_of(token) + (source == Source::ack ? " was acknowledged" : " was shown") + " with sequence id " +
               std::to_string(sighting.sequence_id) +
               (record != nullptr ? ", elsewhere with " + std::to_string(record->sequence_id) : ", a second one");
      });
  return Bound::stray;
}

Bound StreamingChecker::Impl::bind(Conversation& where, const Token& token, Record* record, const Sighting& sighting,
                                   Source source) {
  const std::uint64_t sequence_id = sighting.sequence_id;
  if (!is_sequence_id(sequence_id)) {
    findings.add(Anomaly::ack_mismatch, std::string(sighting.message_id), {}, [&] {
      return name_of(token) + " came with the sequence id " + std::to_string(sequence_id) +
             "; sequence ids start at 1 and stay below 2^53";
    });
    return Bound::stray;
  }
  if (places >= limits.max_bindings && where.table.find(sequence_id) == nullptr) {
    findings.overflow("more than " + std::to_string(limits.max_bindings) + " sequence ids were bound");
    give_up(record);
    return Bound::stray;
  }
  const std::size_t before = where.table.places();
  Binding& binding = where.table.at(sequence_id);
  places += where.table.places() - before;
  Bound bound = Bound::own;
  if (!binding.bound()) {
    bound = claim(where, binding, token, record, sighting, source);
  } else if (!binding.owned_by(token)) {
    if (record != nullptr && record->sequence_id == 0) {
      record->sequence_id = sequence_id;
    }
    say_reuse(binding, token, record, sequence_id, MessageKey(sighting.message_id));
    bound = Bound::conflict;
  } else {
    const MessageKey id(sighting.message_id);
    if (binding.id.empty()) {
      binding.id = id;
    }
    if (source == Source::ack && binding.acked_pass == 0) {
      binding.acked_pass = record != nullptr ? record->acked_pass : 1;
    }
    say_other_id(binding, token, sequence_id, id);
  }
  if (bound == Bound::own && source != Source::ack && binding.shown_pass == 0) {
    binding.shown_pass = static_cast<std::uint16_t>(where.pass + 1);
  }
  if (bound == Bound::own && source != Source::ack) {
    where.max_known = std::max(where.max_known, sequence_id);
  }
  return bound;
}

// A send that was refused, or whose outcome is unknown, shows up.
void StreamingChecker::Impl::became_visible(Record& record, std::string_view where) {
  if (record.visible) {
    return;
  }
  record.visible = true;
  if (record.state == SendState::failed) {
    findings.add(Anomaly::aborted_read, record.id.text(), place_of(record), [&] {
      return name_of(record.token) + ", sequence id " + std::to_string(record.sequence_id) +
             ", was refused and yet is visible: " + std::string(where);
    });
  } else if (record.state == SendState::unknown) {
    findings.add(Anomaly::indeterminate_committed, record.id.text(), place_of(record), [&] {
      return name_of(record.token) + ", sequence id " + std::to_string(record.sequence_id) +
             ", had no known outcome and is visible: " + std::string(where);
    });
  }
}

std::optional<Token> StreamingChecker::Impl::deliver(DeviceIndex index, const Sighting& sighting, Time at) {
  const std::optional<Token> token = read_token(sighting, "delivered to device " + std::to_string(index));
  if (!token) {
    return std::nullopt;
  }
  Conversation* where = conversation(sighting.conversation);
  Member* member = where == nullptr ? nullptr : where->member(index);
  if (member == nullptr) {
    findings.add(Anomaly::misdelivery, std::string(sighting.message_id), place_of(sighting), [&] {
      return name_of(*token) + " reached device " + std::to_string(index) + ", which is no member, at " +
             findings.at(at);
    });
    return std::nullopt;
  }
  Record* record = find(*token);
  if (bind(*where, *token, record, sighting, Source::delivery) != Bound::own) {
    return std::nullopt;
  }
  if (record != nullptr) {
    if (record->id.empty()) {
      record->id = MessageKey(sighting.message_id);
    }
    if (record->state != SendState::acked) {
      became_visible(*record, "delivered to device " + std::to_string(index));
    }
  }
  if (member->seen.gaps() >= limits.max_gaps) {
    findings.overflow("device " + std::to_string(index) + " skipped more than " + std::to_string(limits.max_gaps) +
                      " ranges of conversation " + std::to_string(sighting.conversation));
    give_up(record);
    return std::nullopt;
  }
  if (!first_sight(*member, devices[index], *token, sighting, at)) {
    return std::nullopt;
  }
  ++findings.report().deliveries;
  if (record != nullptr && !record->conflicted) {
    record->last_delivery = std::max(record->last_delivery, at);
    if (record->outstanding > 0 && owed(*member, *record)) {
      --record->outstanding;
      if (record->outstanding == 0) {
        complete(*record);
        close(*record);
      }
    }
  }
  return token;
}

namespace {

std::string own(const Token& token, const Member& member) {
  return token.sender == member.device ? " (the sender's own device)" : "";
}

}  // namespace

bool StreamingChecker::Impl::first_sight(Member& member, const Device& receiver, const Token& token,
                                         const Sighting& sighting, Time at) {
  const std::uint64_t id = sighting.sequence_id;
  if (member.connection != receiver.connection) {
    member.connection = receiver.connection;
    member.connection_max = 0;
    member.on_connection = member.seen.max() == 0 ? nullptr : std::make_unique<SeenSet>();
  }
  const bool fresh = member.seen.insert(id);
  if (fresh) {
    make_up(member, id, at);
  }
  const bool repeated = member.on_connection ? !member.on_connection->insert(id) : !fresh;
  if (repeated) {
    findings.add(Anomaly::visible_duplicate, std::string(sighting.message_id), place_of(sighting), [&] {
      return name_of(token) + ", sequence id " + std::to_string(id) + ", reached device " +
             std::to_string(member.device) + own(token, member) + " again on the same connection at " + findings.at(at);
    });
  }
  if (!fresh && !repeated) {
    findings.add(Anomaly::resume_overlap, std::string(sighting.message_id), place_of(sighting), [&] {
      return name_of(token) + ", sequence id " + std::to_string(id) + ", reached device " +
             std::to_string(member.device) + own(token, member) + " again at " + findings.at(at) +
             ", on a new connection";
    });
  }
  // Repeats of another connection are for the client to drop; only what is new to it must come in order.
  if (fresh && id < member.connection_max) {
    findings.add(Anomaly::push_inversion, std::string(sighting.message_id), place_of(sighting), [&] {
      return name_of(token) + ", sequence id " + std::to_string(id) + ", reached device " +
             std::to_string(member.device) + own(token, member) + " at " + findings.at(at) + ", after sequence id " +
             std::to_string(member.connection_max);
    });
  }
  member.connection_max = std::max(member.connection_max, id);
  return fresh;
}

}  // namespace plumbline::checker
