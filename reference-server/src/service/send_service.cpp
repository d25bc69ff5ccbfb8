#include "service/send_service.h"

#include <algorithm>
#include <utility>

#include "mutant/mutant.h"
#include "mutant/period.h"
#include "service/failures.h"
#include "service/wall_millis.h"

namespace plumbline::serve {
namespace {

// A claim is taken over after 10 s. What takes a number later than this after it was claimed may be at the log, or in
// the store, after the attempt that took it over: an instance that was frozen in between would commit a second number
// for a message whose first one was already an answer.
constexpr Duration kNumberWithin = std::chrono::seconds{3};
constexpr Error kTooLate{Errc::unavailable, "the send took too long to begin"};
constexpr Error kEarlierUnknown{Errc::timeout, "what became of an earlier attempt is not known"};

}  // namespace

SendService::SendService(const Ports& ports, Admission::Limits limits)
    : ports_(ports), rng_(entropy_seed()), admission_(limits) {}

void SendService::send(SendCommand command, Done<SendReceipt> done) {
  const Time entered = ports_.clock.now();
  if (!admission_.enter(entered)) {
    done(command.standing == Standing::again ? kEarlierUnknown : kOverloaded);
    return;
  }
  find_lane(std::move(command), [this, entered, done = std::move(done)](const Result<SendReceipt>& receipt) {
    admission_.leave(entered, ports_.clock.now());
    done(receipt);
  });
}

void SendService::find_lane(SendCommand command, Done<SendReceipt> done) {
  if (lanes_.contains(command.conversation)) {
    accept(std::move(command), std::move(done));
    return;
  }
  const ConversationKey key = command.conversation;
  ports_.conversations.find(
      key, [this, command = std::move(command), done = std::move(done)](Result<ConversationPtr> found) mutable {
        if (found.has_value()) {
          lanes_[command.conversation].conversation = std::move(found.value());
          accept(std::move(command), std::move(done));
        } else if (found.error().code == Errc::not_found) {
          first_contact(std::move(command), std::move(done));
        } else {
          done(found.error());
        }
      });
}

// Two users have a conversation as soon as one writes; a group exists only once it was created.
void SendService::first_contact(SendCommand command, Done<SendReceipt> done) {
  if (!command.conversation.names(command.sender)) {
    done(kNoConversation);
    return;
  }
  const Uuid receiver = command.conversation.other(command.sender);
  ports_.users.missing({receiver}, [this, command = std::move(command),
                                    done = std::move(done)](Result<std::vector<Uuid>> missing) mutable {
    if (missing.has_error()) {
      done(missing.error());
    } else if (!missing.value().empty()) {
      done(kNoReceiver);
    } else {
      open_pair(std::move(command), std::move(done));
    }
  });
}

void SendService::open_pair(SendCommand command, Done<SendReceipt> done) {
  const ConversationKey key = command.conversation;
  Conversation conversation;
  conversation.key = key;
  conversation.members =
      key.first == key.second ? std::vector<Uuid>{key.first} : std::vector<Uuid>{key.first, key.second};
  conversation.created_at = wall_millis(ports_.clock);
  ports_.conversations.open(std::move(conversation), [this, command = std::move(command),
                                                      done = std::move(done)](Result<ConversationPtr> opened) mutable {
    if (opened.has_error()) {
      done(opened.error());
      return;
    }
    lanes_[command.conversation].conversation = std::move(opened.value());
    accept(std::move(command), std::move(done));
  });
}

void SendService::accept(SendCommand command, Done<SendReceipt> done) {
  const ConversationKey key = command.conversation;
  if (!lanes_[key].conversation->has(command.sender)) {
    done(kNoConversation);
    return;
  }
  if (command.id.is_nil()) {
    allocate(std::move(command), std::move(done));
  } else {
    look_for_earlier(std::move(command), std::move(done));
  }
}

// A client id names one message for ever, longer than its answer is kept.
void SendService::look_for_earlier(SendCommand command, Done<SendReceipt> done) {
  const ConversationKey key = command.conversation;
  const Uuid id = command.id;
  ports_.messages.sequence_of(
      key, id,
      [this, command = std::move(command), done = std::move(done)](const Result<std::uint64_t>& known) mutable {
        if (known.has_value() && known.value() != 0) {
          done(SendReceipt{command.id, known.value()});
        } else if (known.has_error() && command.standing == Standing::again) {
          done(kEarlierUnknown);
        } else {
          allocate(std::move(command), std::move(done));
        }
      });
}

void SendService::allocate(SendCommand command, Done<SendReceipt> done) {
  if (command.claimed && ports_.clock.now() - *command.claimed >= kNumberWithin) {
    done(command.standing == Standing::again ? kEarlierUnknown : kTooLate);
    return;
  }
  const ConversationKey key = command.conversation;
  ports_.sequences.next(key,
                        [this, command = std::move(command), done = std::move(done)](Result<Allocation> place) mutable {
                          if (place.has_error()) {
                            done(Error{Errc::unavailable, "no sequence id to be had"});
                            return;
                          }
                          publish(std::move(command), place.value(), std::move(done));
                        });
}

void SendService::saw(const Message& message) {
  if (const auto found = lanes_.find(message.conversation->key); found != lanes_.end()) {
    found->second.newest = std::max(found->second.newest, message.sequence);
  }
}

void SendService::publish(SendCommand command, const Allocation& place, Done<SendReceipt> done) {
  Lane& lane = lanes_[command.conversation];
  auto message = std::make_shared<Message>();
  message->id = command.id.is_nil() ? Uuid::random(rng_) : command.id;
  message->conversation = lane.conversation;
  message->sender = command.sender;
  message->sequence = place.sequence;
  message->epoch = place.epoch;
  message->previous = place.first_of_block ? lane.newest : place.sequence - 1;
  lane.newest = std::max(lane.newest, place.sequence);
  lane.last_timestamp = std::max(lane.last_timestamp, wall_millis(ports_.clock));
  message->timestamp = lane.last_timestamp;
  message->text = std::move(command.text);
  message->type = std::move(command.type);
  message->metadata = std::move(command.metadata);
  const SendReceipt receipt{message->id, place.sequence};
  const ConversationKey key = command.conversation;
  const Standing standing = command.id.is_nil() ? Standing::first : command.standing;
  if (active(Mutant::ack_before_store) && every_period(mutant_calls_)) {
    done(receipt);
    return;
  }
  ports_.bus.publish(MessagePtr{std::move(message)},
                     [this, key, standing, receipt, done = std::move(done)](Errc outcome) {
                       if (outcome != Errc::ok) {
                         done(Error{outcome, "the message queue did not confirm"});
                         return;
                       }
                       ++accepted_;
                       confirm(key, standing, receipt, done);
                     });
}

// An earlier attempt may have been on its way when this one looked for it. One message comes of both, under the number
// of whichever the store meets first: that number is the answer.
void SendService::confirm(const ConversationKey& conversation, Standing standing, const SendReceipt& receipt,
                          const Done<SendReceipt>& done) {
  const auto answer = [receipt, done](std::uint64_t sequence) {
    done(SendReceipt{receipt.message, sequence});
  };
  if (standing == Standing::first) {
    done(receipt);
  } else if (standing == Standing::unsure) {
    // The store is away: what the log has brought here so far must do.
    ports_.messages.sequence_of(conversation, receipt.message, [receipt, answer](const Result<std::uint64_t>& known) {
      answer(known.has_value() && known.value() != 0 ? known.value() : receipt.sequence);
    });
  } else {
    ports_.messages.stored_sequence_of(
        conversation, receipt.message, receipt.sequence, [answer, done](const Result<std::uint64_t>& stored) {
          if (stored.has_value() && stored.value() != 0) {
            answer(stored.value());
          } else {
            done(Error{Errc::timeout, "which of several attempts counts is not known yet"});
          }
        });
  }
}

}  // namespace plumbline::serve
