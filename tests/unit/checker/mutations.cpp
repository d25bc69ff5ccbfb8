#include "mutations.h"

#include <algorithm>
#include <optional>

namespace plumbline::checker {
namespace {

using Index = std::size_t;

template <class Matches>
std::vector<Index> all(const History& history, const Matches& matches) {
  std::vector<Index> found;
  for (Index i = 0; i < history.events.size(); ++i) {
    if (matches(history.events[i])) {
      found.push_back(i);
    }
  }
  return found;
}

std::vector<Index> of(const History& history, Kind kind) {
  return all(history, [kind](const Event& event) { return event.kind == kind; });
}

std::optional<Index> pick(const std::vector<Index>& among, Rng& rng) {
  return among.empty() ? std::nullopt : std::optional<Index>(among[rng.below(among.size())]);
}

std::vector<Index> of_token(const History& history, Kind kind, const Token& token) {
  return all(history, [&](const Event& event) { return event.kind == kind && event.token == token; });
}

template <class Matches>
void erase(History& history, const Matches& matches) {
  history.events.erase(std::remove_if(history.events.begin(), history.events.end(), matches), history.events.end());
}

// Connected from before the send to the end: owed the message beyond doubt.
bool stays(const History& history, DeviceIndex device, Index from) {
  bool connected = false;
  for (Index i = 0; i < history.events.size(); ++i) {
    const Event& event = history.events[i];
    if (event.device == device && (event.kind == Kind::connect || event.kind == Kind::disconnect)) {
      if (i > from) {
        return false;
      }
      connected = event.kind == Kind::connect;
    }
  }
  return connected;
}

std::vector<DeviceIndex> owed(const History& history, const Token& token) {
  const std::vector<Index> invoked = of_token(history, Kind::invoke, token);
  std::vector<DeviceIndex> devices;
  for (const DeviceIndex member : history.topology.members[token.conversation]) {
    if (!invoked.empty() && stays(history, member, invoked[0])) {
      devices.push_back(member);
    }
  }
  return devices;
}

bool lose(History& history, Rng& rng) {
  const auto ack = pick(of(history, Kind::ack), rng);
  if (!ack) {
    return false;
  }
  const Token token = history.events[*ack].token;
  erase(history, [&](const Event& event) { return event.kind == Kind::final_item && event.token == token; });
  return true;
}

bool deliver_to_nobody(History& history, Rng& rng) {
  const auto ack = pick(of(history, Kind::ack), rng);
  if (!ack || owed(history, history.events[*ack].token).empty()) {
    return false;
  }
  const Token token = history.events[*ack].token;
  erase(history, [&](const Event& event) { return event.kind == Kind::deliver && event.token == token; });
  return true;
}

bool tear(History& history, Rng& rng) {
  const auto ack = pick(of(history, Kind::ack), rng);
  if (!ack) {
    return false;
  }
  const Token token = history.events[*ack].token;
  const std::vector<DeviceIndex> devices = owed(history, token);
  if (devices.size() < 2) {
    return false;
  }
  const DeviceIndex victim = devices[rng.below(devices.size())];
  erase(history, [&](const Event& event) {
    return event.kind == Kind::deliver && event.token == token && event.device == victim;
  });
  return true;
}

bool refuse_after_all(History& history, Rng& rng) {
  const auto ack = pick(of(history, Kind::ack), rng);
  if (ack) {
    history.events[*ack].kind = Kind::fail;  // it stays in the final history
  }
  return ack.has_value();
}

bool change_text(History& history, Rng& rng) {
  const Kind kind = rng.below(2) == 0 ? Kind::deliver : Kind::final_item;
  const auto place = pick(of(history, kind), rng);
  if (place) {
    history.events[*place].changed_text = true;
  }
  return place.has_value();
}

bool invent(History& history, Rng& rng) {
  const auto place = pick(of(history, Kind::deliver), rng);
  if (place) {
    Event made = history.events[*place];
    made.token.counter += 100'000;
    made.sequence_id += 50'000;
    history.events.insert(history.events.begin() + static_cast<std::ptrdiff_t>(*place), made);
  }
  return place.has_value();
}

bool deliver_to_a_stranger(History& history, Rng& rng) {
  const auto place = pick(of(history, Kind::deliver), rng);
  if (!place) {
    return false;
  }
  const auto& members = history.topology.members[history.events[*place].conversation];
  for (DeviceIndex device = 0; device < history.topology.devices; ++device) {
    if (!std::binary_search(members.begin(), members.end(), device)) {
      Event made = history.events[*place];
      made.device = device;
      history.events.insert(history.events.begin() + static_cast<std::ptrdiff_t>(*place) + 1, made);
      return true;
    }
  }
  return false;
}

bool deliver_under_another_conversation(History& history, Rng& rng) {
  const auto place = pick(of(history, Kind::deliver), rng);
  if (!place || history.topology.members.size() < 2) {
    return false;
  }
  Event& event = history.events[*place];
  event.conversation = (event.conversation + 1) % static_cast<ConversationIndex>(history.topology.members.size());
  return true;
}

bool vanish(History& history, Rng& rng) {
  const auto place = pick(of(history, Kind::deliver), rng);
  if (!place) {
    return false;
  }
  const Token token = history.events[*place].token;
  for (Event& event : history.events) {
    if (event.kind == Kind::ack && event.token == token) {
      event.kind = Kind::unknown;
    }
  }
  erase(history, [&](const Event& event) { return event.kind == Kind::final_item && event.token == token; });
  return true;
}

bool store_twice(History& history, Rng& rng) {
  const auto place = pick(of(history, Kind::final_item), rng);
  if (!place) {
    return false;
  }
  Event made = history.events[*place];
  const auto end = all(history, [&](const Event& event) {
    return event.kind == Kind::final_end && event.conversation == made.conversation;
  });
  made.sequence_id = 9'000'000;
  made.message_id = "second";
  history.events.insert(history.events.begin() + static_cast<std::ptrdiff_t>(end[0]), made);
  return true;
}

bool push_twice(History& history, Rng& rng) {
  const auto place = pick(of(history, Kind::deliver), rng);
  if (place) {
    const Event made = history.events[*place];
    history.events.insert(history.events.begin() + static_cast<std::ptrdiff_t>(*place) + 1, made);
  }
  return place.has_value();
}

bool answer_twice(History& history, Rng& rng) {
  const auto place = pick(of(history, Kind::ack), rng);
  if (place) {
    Event made = history.events[*place];
    made.sequence_id += 3'000'000;
    made.message_id = "other";
    history.events.insert(history.events.begin() + static_cast<std::ptrdiff_t>(*place) + 1, made);
  }
  return place.has_value();
}

// Another acknowledged message of the same conversation.
std::optional<Index> partner(const History& history, Index ack, Rng& rng) {
  return pick(all(history,
                  [&](const Event& event) {
                    return event.kind == Kind::ack &&
                           event.token.conversation == history.events[ack].token.conversation &&
                           !(event.token == history.events[ack].token);
                  }),
              rng);
}

bool reuse(History& history, Rng& rng) {
  const auto first = pick(of(history, Kind::ack), rng);
  const auto second = first ? partner(history, *first, rng) : std::nullopt;
  if (!second) {
    return false;
  }
  const std::uint64_t sequence_id = history.events[*first].sequence_id;
  const Token token = history.events[*second].token;
  for (Event& event : history.events) {
    if (event.token == token && (event.kind == Kind::ack || event.kind == Kind::deliver)) {
      event.sequence_id = sequence_id;
    }
  }
  return true;
}

bool answer_with_another_sequence_id(History& history, Rng& rng) {
  const auto place = pick(of(history, Kind::ack), rng);
  if (!place || of_token(history, Kind::deliver, history.events[*place].token).empty()) {
    return false;
  }
  history.events[*place].sequence_id += 4'000'000;
  return true;
}

bool answer_with_another_id(History& history, Rng& rng) {
  const auto place = pick(of(history, Kind::ack), rng);
  if (place) {
    history.events[*place].message_id = "another";
  }
  return place.has_value();
}

bool swap_numbers(History& history, Rng& rng) {
  const auto first = pick(of(history, Kind::ack), rng);
  const auto second = first ? partner(history, *first, rng) : std::nullopt;
  if (!second) {
    return false;
  }
  const Event a = history.events[*first];
  const Event b = history.events[*second];
  const std::vector<Index> begun = of_token(history, Kind::invoke, b.token);
  if (begun.empty() || begun[0] < *first) {
    return false;  // they overlap: either order is right
  }
  for (Event& event : history.events) {
    if (event.kind == Kind::invoke) {
      continue;
    }
    if (event.token == a.token) {
      event.sequence_id = b.sequence_id;
      event.message_id = b.message_id;
    } else if (event.token == b.token) {
      event.sequence_id = a.sequence_id;
      event.message_id = a.message_id;
    }
  }
  return true;
}

bool swap_pushes(History& history, Rng& rng) {
  const auto first = pick(of(history, Kind::deliver), rng);
  if (!first) {
    return false;
  }
  const DeviceIndex device = history.events[*first].device;
  const ConversationIndex conversation = history.events[*first].conversation;
  // Not seen before by this device, so that neither is a repeat for the client to drop.
  const auto fresh = [&](Index place) {
    for (Index i = 0; i < place; ++i) {
      const Event& event = history.events[i];
      if (event.kind == Kind::deliver && event.device == device && event.token == history.events[place].token) {
        return false;
      }
    }
    return true;
  };
  for (Index i = *first + 1; i < history.events.size(); ++i) {
    Event& event = history.events[i];
    if (event.device == device && (event.kind == Kind::connect || event.kind == Kind::disconnect)) {
      return false;
    }
    if (event.kind == Kind::deliver && event.device == device && event.conversation == conversation) {
      if (!fresh(*first) || !fresh(i) || of_token(history, Kind::invoke, event.token)[0] > *first) {
        return false;  // it may not be delivered before it was sent
      }
      Event& other = history.events[*first];
      std::swap(event.token, other.token);
      std::swap(event.sequence_id, other.sequence_id);
      std::swap(event.message_id, other.message_id);
      return true;
    }
  }
  return false;
}

// The sender reads the conversation after its own acknowledgement and does not find it.
bool read_stale(History& history, Rng& rng) {
  const auto place = pick(of(history, Kind::ack), rng);
  if (place) {
    Event made = history.events[*place];
    made.kind = Kind::read;
    made.device = made.token.sender;
    made.conversation = made.token.conversation;
    made.sequence_id -= 1;
    history.events.insert(history.events.begin() + static_cast<std::ptrdiff_t>(*place) + 1, made);
  }
  return place.has_value();
}

// The device loses its connection, comes back, and is told once more.
bool tell_again_after_a_return(History& history, Rng& rng) {
  const auto place = pick(of(history, Kind::deliver), rng);
  if (!place) {
    return false;
  }
  const Event again = history.events[*place];
  Event made = again;
  const auto after = history.events.begin() + static_cast<std::ptrdiff_t>(*place) + 1;
  made.kind = Kind::disconnect;
  const auto gone = history.events.insert(after, made);
  made.kind = Kind::connect;
  const auto back = history.events.insert(gone + 1, made);
  history.events.insert(back + 1, again);
  return true;
}

bool lose_what_a_fault_caught(History& history, Rng& rng) {
  const auto place = pick(of(history, Kind::ack), rng);
  if (!place) {
    return false;
  }
  Event fault = history.events[*place];
  fault.kind = Kind::fault;
  const Token token = fault.token;
  history.events.insert(history.events.begin() + static_cast<std::ptrdiff_t>(*place) + 1, fault);
  std::erase_if(history.events,
                [&](const Event& event) { return event.kind == Kind::final_item && event.token == token; });
  return true;
}

bool forget_an_answer(History& history, Rng& rng) {
  const auto place = pick(of(history, Kind::ack), rng);
  if (place) {
    history.events[*place].kind = Kind::unknown;
  }
  return place.has_value();
}

bool burn_numbers(History& history, Rng& rng) {
  const auto place = pick(of(history, Kind::ack), rng);
  const auto second = place ? partner(history, *place, rng) : std::nullopt;
  if (!second || history.events[*second].sequence_id > history.events[*place].sequence_id) {
    return false;
  }
  const std::uint64_t from = history.events[*place].sequence_id;
  for (Event& event : history.events) {
    const bool numbered = event.kind != Kind::invoke && event.kind != Kind::connect && event.kind != Kind::disconnect;
    const ConversationIndex conversation = event.kind == Kind::ack ? event.token.conversation : event.conversation;
    if (numbered && conversation == history.events[*place].token.conversation && event.sequence_id >= from &&
        &event != &history.events[*place]) {
      event.sequence_id += 1000;
    }
  }
  history.events[*place].sequence_id += 1000;
  return true;
}

}  // namespace

const std::vector<Mutation>& mutations() {
  static const std::vector<Mutation> list{
      {"Lose", Anomaly::acked_lost, lose},
      {"DeliverToNobody", Anomaly::acked_undelivered, deliver_to_nobody},
      {"Tear", Anomaly::torn_fanout, tear},
      {"ForgetAnAnswer", Anomaly::indeterminate_committed, forget_an_answer},
      {"RefuseAfterAll", Anomaly::aborted_read, refuse_after_all},
      {"ChangeText", Anomaly::phantom, change_text},
      {"Invent", Anomaly::phantom, invent},
      {"DeliverToAStranger", Anomaly::misdelivery, deliver_to_a_stranger},
      {"DeliverUnderAnotherConversation", Anomaly::misdelivery, deliver_under_another_conversation},
      {"Vanish", Anomaly::vanished, vanish},
      {"StoreTwice", Anomaly::duplicate_entity, store_twice},
      {"PushTwice", Anomaly::visible_duplicate, push_twice},
      {"AnswerTwice", Anomaly::idempotency_break, answer_twice},
      {"Reuse", Anomaly::sequence_reuse, reuse},
      {"AnswerWithAnotherSequenceId", Anomaly::ack_mismatch, answer_with_another_sequence_id},
      {"AnswerWithAnotherId", Anomaly::ack_mismatch, answer_with_another_id},
      {"SwapNumbers", Anomaly::real_time_inversion, swap_numbers},
      {"SwapPushes", Anomaly::push_inversion, swap_pushes},
      {"BurnNumbers", Anomaly::sequence_gap, burn_numbers},
      {"LoseWhatAFaultCaught", Anomaly::false_ack, lose_what_a_fault_caught},
      {"TellAgainAfterAReturn", Anomaly::resume_overlap, tell_again_after_a_return},
      {"ReadStale", Anomaly::stale_read, read_stale},
  };
  return list;
}

}  // namespace plumbline::checker
