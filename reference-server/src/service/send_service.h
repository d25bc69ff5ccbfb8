// Accepts a message: authorise, allocate its place, hand it to the bus, acknowledge. Stage: service.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "backplane/idempotency.h"
#include "backplane/sequence_allocator.h"
#include "bus/event_bus.h"
#include "plumbline/base/clock.h"
#include "service/admission.h"
#include "store/conversation_store.h"
#include "store/message_store.h"
#include "store/user_store.h"

namespace plumbline::serve {

struct SendCommand {
  Uuid sender;
  ConversationKey conversation;
  std::string text;  // validated: see text_rules.h
  std::string type;
  std::string metadata;  // JSON object text
  Uuid id;               // of the message: the same in every attempt of a client id; nil: without one
  Standing standing{Standing::first};
  std::optional<Time> claimed{};  // when its claim was asked for, if others take that over after a while
};

struct SendReceipt {
  Uuid message;
  std::uint64_t sequence{0};
};

// One per shard; a conversation's sends all go through the shard that owns it, which is what orders them (ORD-2).
class SendService {
 public:
  struct Ports {
    ConversationStore& conversations;
    MessageStore& messages;
    UserStore& users;
    SequenceAllocator& sequences;
    EventBus& bus;
    const Clock& clock;
  };
  explicit SendService(const Ports& ports, Admission::Limits limits = {});

  // Errc::not_found: no such conversation for this sender, or no such receiver. Errc::unavailable or
  // Errc::overflow: not taken. Any other error: the outcome is unknown (DUR-2). A receipt means that the bus has it, in
  // memory also that it is stored. With an id: the receipt of the attempt that counts, whoever made it.
  void send(SendCommand command, Done<SendReceipt> done);

  // A message of any instance reached this one: what the next one here names as the message before.
  void saw(const Message& message);

  [[nodiscard]] std::uint64_t accepted() const { return accepted_; }
  [[nodiscard]] const Admission& admission() const { return admission_; }

 private:
  struct Lane {
    ConversationPtr conversation;
    std::uint64_t newest{0};  // highest sequence id known
    UnixMillis last_timestamp{0};
  };
  void find_lane(SendCommand command, Done<SendReceipt> done);
  void first_contact(SendCommand command, Done<SendReceipt> done);
  void open_pair(SendCommand command, Done<SendReceipt> done);
  void accept(SendCommand command, Done<SendReceipt> done);
  void look_for_earlier(SendCommand command, Done<SendReceipt> done);
  void allocate(SendCommand command, Done<SendReceipt> done);
  void confirm(const ConversationKey& conversation, Standing standing, const SendReceipt& receipt,
               const Done<SendReceipt>& done);
  void publish(SendCommand command, const Allocation& place, Done<SendReceipt> done);

  Ports ports_;
  Rng rng_;
  Admission admission_;
  std::unordered_map<ConversationKey, Lane> lanes_;
  std::uint64_t accepted_{0};
  unsigned mutant_calls_{0};
};

}  // namespace plumbline::serve
