// Port: where messages and what their readers have seen of them live. The authority on order (ORD-1). Stage: store.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "service/done.h"
#include "service/message.h"

namespace plumbline::serve {

struct HistoryRow {
  MessagePtr message;
  UnixMillis read_at{0};       // when the last of the other members read it; 0: not all have
  UnixMillis delivered_at{0};  // direct conversations: when a device of the receiver got it; 0: none has
};

struct HistoryPage {
  std::vector<HistoryRow> rows;  // oldest first
  bool has_more{false};          // exact: there are older ones
  bool stale{false};             // from memory because the store is away: who read what is not known
};

struct HistoryQuery {
  ConversationKey conversation;
  std::uint64_t before{0};  // exclusive upper bound; 0: from the newest
  std::size_t limit{50};
};

struct ReadOutcome {
  bool changed{false};
  std::uint64_t up_to{0};  // where the reader now stands: never beyond the newest message, never going back
};

struct ReadMark {
  ConversationKey conversation;
  Uuid user;
  std::uint64_t up_to{0};
  UnixMillis at{0};
};

// How far one device has a conversation by its own account.
struct SeenUpTo {
  ConversationKey conversation;
  std::uint64_t sequence{0};
};

inline constexpr std::chrono::seconds kStoreWait{5};  // for what is on its way into the store

// One instance per shard, called and answering there.
class MessageStore {
 public:
  virtual ~MessageStore() = default;

  // Keeps the message for good. Again with the same id: ok and no change. A sequence id that another message has is
  // Errc::conflict: nothing is stored and nothing may be acknowledged. A free one below the newest is a conflict in
  // memory, where sends are stored in order; PostgreSQL takes it, since several instances store in whatever order and
  // the fence alone says who may use a sequence id. Errc::not_found for an unknown conversation.
  virtual void append(MessagePtr message, Done<void> done) = 0;
  // Under which sequence id the message is, or will be as far as this instance knows; 0: it is not there.
  virtual void sequence_of(const ConversationKey& conversation, Uuid message, Done<std::uint64_t> done) = 0;
  // The same, asked of the store alone when it has everything of the conversation up to `up_to`, after kStoreWait at
  // the latest.
  virtual void stored_sequence_of(const ConversationKey& conversation, Uuid message, std::uint64_t up_to,
                                  Done<std::uint64_t> done) = 0;
  // An unknown conversation has an empty history. Membership is the caller's business.
  virtual void history(const HistoryQuery& query, Done<HistoryPage> done) = 0;
  // Cumulative and monotone. Errc::not_found for an unknown conversation or a user who is no member.
  virtual void mark_read(const ReadMark& mark, Done<ReadOutcome> done) = 0;
  // A device of the user was given everything up to the mark. Unknown conversations and users are skipped.
  virtual void mark_delivered(std::vector<ReadMark> marks, Done<void> done) = 0;
  // Messages of all conversations of the user beyond what mark_delivered told or, in the conversations that `seen`
  // names, beyond that; ordered by timestamp, ascending in sequence within each conversation.
  virtual void undelivered(Uuid user, std::vector<SeenUpTo> seen, Done<std::vector<MessagePtr>> done) = 0;
  // Messages from others beyond what mark_read told, over all conversations.
  virtual void unread(Uuid user, Done<std::uint64_t> done) = 0;
};

}  // namespace plumbline::serve
