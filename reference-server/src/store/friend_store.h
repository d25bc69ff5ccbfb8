// Port: who asked whom to be friends, and who is. Stage: store.
#pragma once

#include <string_view>
#include <vector>

#include "service/done.h"
#include "service/message.h"

namespace plumbline::serve {

enum class Relation : std::uint8_t { none, pending_out, pending_in, accepted };  // as seen by the one who asks

enum class AskOutcome : std::uint8_t { sent, auto_accepted, already_friends, already_sent };

struct FriendRow {
  Uuid user;
  Relation relation{Relation::none};
  UnixMillis since{0};
};

// One instance per shard, called and answering there.
class FriendStore {
 public:
  virtual ~FriendStore() = default;
  // At most one relation per pair, whatever is asked at the same moment; an opposite request is accepted by asking.
  virtual void ask(Uuid from, Uuid to, UnixMillis at, Done<AskOutcome> done) = 0;
  // Errc::not_found when `requester` did not ask.
  virtual void accept(Uuid me, Uuid requester, UnixMillis at, Done<void> done) = 0;
  // All relations of the user, oldest first.
  virtual void of(Uuid user, Done<std::vector<FriendRow>> done) = 0;
};

}  // namespace plumbline::serve
