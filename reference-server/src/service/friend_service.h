// Friend requests: who may ask, and what both sides' devices are told. Stage: service.
#pragma once

#include <functional>

#include "bus/event_bus.h"
#include "plumbline/base/clock.h"
#include "store/friend_store.h"
#include "store/user_store.h"

namespace plumbline::serve {

// One per shard, called there.
class FriendService {
 public:
  using Notify = std::function<void(FriendNotice)>;  // to the shard that owns the user's notices
  FriendService(FriendStore& friends, UserStore& users, const Clock& clock, Notify notify)
      : friends_(friends), users_(users), clock_(clock), notify_(std::move(notify)) {}

  // Errc::not_found: nobody has that id. The other one is told of a new request, both of an accepted one.
  void ask(Uuid me, Uuid other, Done<AskOutcome> done);
  // Errc::not_found: that user did not ask.
  void accept(Uuid me, Uuid requester, Done<void> done);

 private:
  void tell_requested(UserPtr from, Uuid to);
  void tell_accepted(Uuid a, Uuid b);
  void tell_one_accepted(Uuid to, UserPtr friend_of);
  // `then` with the number of requests that wait for the user's answer.
  void count_waiting(Uuid user, std::function<void(std::size_t)> then);

  FriendStore& friends_;
  UserStore& users_;
  const Clock& clock_;
  Notify notify_;
};

}  // namespace plumbline::serve
