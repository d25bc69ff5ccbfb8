// Reads while the load runs, and the final reads that close the ledger.
#include "ledger.h"

namespace plumbline::checker {

ReadTicket StreamingChecker::Impl::begin_read(ConversationIndex index, DeviceIndex reader, Time at) const {
  Conversation* where = conversation(index);
  if (where == nullptr) {
    return {index, 0, at};
  }
  std::uint64_t floor = where->settled_acked;
  if (at - where->candidate_at >= limits.read_lag) {
    floor = std::max(floor, where->candidate_acked);
  }
  if (const Member* self = where->member(reader); self != nullptr) {
    floor = std::max(floor, self->own_acked);
  }
  return {index, floor, at};
}

void StreamingChecker::Impl::read(const ReadTicket& ticket, const Sighting& sighting) {
  const std::optional<Token> token = read_token(sighting, "read");
  Conversation* where = conversation(ticket.conversation);
  if (!token || where == nullptr) {
    return;
  }
  Record* record = find(*token);
  if (bind(*where, *token, record, sighting, Source::read) == Bound::own && record != nullptr &&
      record->state != SendState::acked) {
    became_visible(*record, "read in the history");
  }
}

void StreamingChecker::Impl::end_read(const ReadTicket& ticket, std::uint64_t newest, Time at) {
  if (newest >= ticket.floor) {
    return;
  }
  findings.add(Anomaly::stale_read, {}, {ticket.conversation, ticket.floor}, [&] {
    return "a read of conversation " + std::to_string(ticket.conversation) + " from " + findings.at(ticket.began) +
           " to " + findings.at(at) + " ended at sequence id " + std::to_string(newest) + ", although " +
           std::to_string(ticket.floor) + " had been acknowledged before";
  });
}

void StreamingChecker::Impl::begin_final_read(ConversationIndex index) {
  if (Conversation* where = conversation(index); where != nullptr) {
    ++where->pass;
    where->read_cursor = 0;
    where->strays.clear();
  }
}

void StreamingChecker::Impl::final_read(const Sighting& sighting) {
  const std::optional<Token> token = read_token(sighting, "in the final history");
  Conversation* where = conversation(sighting.conversation);
  if (!token || where == nullptr) {
    return;
  }
  if (sighting.sequence_id < where->read_cursor) {
    findings.add(Anomaly::push_inversion, std::string(sighting.message_id), place_of(sighting), [&] {
      return "the history of conversation " + std::to_string(sighting.conversation) + " lists sequence id " +
             std::to_string(sighting.sequence_id) + " after " + std::to_string(where->read_cursor);
    });
  }
  where->read_cursor = std::max(where->read_cursor, sighting.sequence_id);
  Record* record = find(*token);
  const Bound bound = bind(*where, *token, record, sighting, Source::final_read);
  if (record != nullptr) {
    if (record->state != SendState::acked) {
      became_visible(*record, "in the final history");
    }
    record->found_pass = where->pass;
  }
  if (bound != Bound::own) {
    return;
  }
  Binding& binding = *where->table.find(sighting.sequence_id);
  if (binding.found_pass == where->pass) {
    findings.add(Anomaly::duplicate_entity, std::string(sighting.message_id), place_of(sighting), [&] {
      return name_of(*token) + ", sequence id " + std::to_string(sighting.sequence_id) +
             ", stands twice in the final history";
    });
  }
  binding.found_pass = where->pass;
}

// Messages found under other sequence ids than their own: stored twice when their own place is there too, renumbered
// behind the sender's back when it is not.
void StreamingChecker::Impl::place_strays(Conversation& where) {
  std::vector<Stray> strays = std::exchange(where.strays, {});
  std::sort(strays.begin(), strays.end(),
            [](const Stray& a, const Stray& b) { return key_of(a.token) < key_of(b.token); });
  where.table.for_each([&](std::uint64_t own_id, Binding& binding) {
    const std::uint64_t key = (std::uint64_t{binding.sender} << 32U) | binding.counter;
    auto stray = std::lower_bound(strays.begin(), strays.end(), key,
                                  [](const Stray& a, std::uint64_t b) { return key_of(a.token) < b; });
    for (; stray != strays.end() && key_of(stray->token) == key; ++stray) {
      const bool twice = binding.found_pass == where.pass || binding.acked_pass == 0;
      binding.found_pass = where.pass;
      if ((binding.reported & kSaidMismatch) != 0) {
        continue;
      }
      findings.add(twice ? Anomaly::duplicate_entity : Anomaly::ack_mismatch, stray->id.text(),
                   {stray->token.conversation, stray->sequence_id}, [&] {
                     return name_of(stray->token) + " stands in the final history with sequence id " +
                            std::to_string(stray->sequence_id) + (twice ? " as well as " : ", acknowledged with ") +
                            std::to_string(own_id);
                   });
    }
  });
}

bool StreamingChecker::Impl::end_final_read(ConversationIndex index) {
  Conversation* where = conversation(index);
  if (where == nullptr) {
    return false;
  }
  place_strays(*where);
  where->complete_pass = where->pass;
  bool all_found = true;
  where->table.for_each([&](std::uint64_t /*id*/, const Binding& binding) {
    const bool expected = binding.acked_pass != 0 || binding.shown_pass != 0;
    all_found = all_found && (!expected || binding.found_pass == where->pass);
  });
  return all_found;
}

}  // namespace plumbline::checker
