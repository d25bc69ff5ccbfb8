#include "service/friend_service.h"

#include <algorithm>
#include <utility>

#include "delivery/frames.h"
#include "service/wall_millis.h"

namespace plumbline::serve {
namespace {

const std::string& shown_name(const User& user) {
  return user.first_name.empty() ? user.username : user.first_name;
}

std::string tail(std::size_t request_count, UnixMillis at) {
  return R"(,"requestCount":)" + std::to_string(request_count) + R"(,"timestamp":")" + iso_time(at) + R"("})";
}

}  // namespace

void FriendService::ask(Uuid me, Uuid other, Done<AskOutcome> done) {
  users_.find(other, [this, me, other, done = std::move(done)](const Result<UserPtr>& target) {
    if (target.has_error()) {
      done(Error{target.error().code, "user not found"});
      return;
    }
    users_.find(me, [this, me, other, done](const Result<UserPtr>& self) {
      if (self.has_error()) {
        done(self.error());
        return;
      }
      friends_.ask(me, other, wall_millis(clock_),
                   [this, self = self.value(), other, done](Result<AskOutcome> outcome) {
                     if (outcome.has_value() && outcome.value() == AskOutcome::sent) {
                       tell_requested(self, other);
                     } else if (outcome.has_value() && outcome.value() == AskOutcome::auto_accepted) {
                       tell_accepted(self->id, other);
                     }
                     done(outcome);
                   });
    });
  });
}

void FriendService::accept(Uuid me, Uuid requester, Done<void> done) {
  friends_.accept(me, requester, wall_millis(clock_),
                  [this, me, requester, done = std::move(done)](Result<void> outcome) {
                    if (outcome.has_value()) {
                      tell_accepted(me, requester);
                    }
                    done(outcome);
                  });
}

void FriendService::count_waiting(Uuid user, std::function<void(std::size_t)> then) {
  friends_.of(user, [then = std::move(then)](const Result<std::vector<FriendRow>>& rows) {
    std::size_t waiting = 0;
    if (rows.has_value()) {
      waiting =
          static_cast<std::size_t>(std::count_if(rows.value().begin(), rows.value().end(), [](const FriendRow& row) {
            return row.relation == Relation::pending_in;
          }));
    }
    then(waiting);
  });
}

void FriendService::tell_requested(UserPtr from, Uuid to) {
  count_waiting(to, [this, from = std::move(from), to](std::size_t waiting) {
    notify_({to, "newFriendRequest",
             R"({"senderId":")" + from->id.text() + R"(","senderName":)" + quoted(shown_name(*from)) +
                 tail(waiting, wall_millis(clock_))});
  });
}

void FriendService::tell_accepted(Uuid a, Uuid b) {
  for (const auto& [to, other] : {std::pair{a, b}, std::pair{b, a}}) {
    users_.find(other, [this, to = to](const Result<UserPtr>& found) {
      if (found.has_value()) {
        tell_one_accepted(to, found.value());
      }
    });
  }
}

void FriendService::tell_one_accepted(Uuid to, UserPtr friend_of) {
  count_waiting(to, [this, friend_of = std::move(friend_of), to](std::size_t waiting) {
    notify_({to, "friendRequestAccepted",
             R"({"userId":")" + to.text() + R"(","friendId":")" + friend_of->id.text() + R"(","friendName":)" +
                 quoted(shown_name(*friend_of)) + tail(waiting, wall_millis(clock_))});
  });
}

}  // namespace plumbline::serve
