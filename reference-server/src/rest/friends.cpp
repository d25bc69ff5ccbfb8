// REST handlers: friend requests and user search (messenger.md A1.1, 6, 7 and 10). Stage: gateway.
#include <algorithm>

#include "gateway/shard_core.h"
#include "rest/answer.h"
#include "rest/names.h"
#include "rest/rest.h"
#include "service/text_rules.h"

namespace plumbline::serve {
namespace {

constexpr std::size_t kMaxHits = 5;

using Rows = std::vector<FriendRow>;
std::string_view status_text(const Rows& rows, Uuid user) {
  const auto row = std::find_if(rows.begin(), rows.end(), [user](const FriendRow& r) { return r.user == user; });
  if (row == rows.end()) {
    return "not_friends";
  }
  return row->relation == Relation::accepted ? "accepted" : "pending";
}

std::string hits_json(const std::vector<UserPtr>& hits, const Rows& rows, Uuid me) {
  std::string json = R"({"users":[)";
  for (const UserPtr& hit : hits) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&hit](const FriendRow& r) { return r.user == hit->id; });
    const bool asked = row != rows.end() && row->relation == Relation::pending_out;
    const bool was_asked = row != rows.end() && row->relation == Relation::pending_in;
    json += json.back() == '[' ? "" : ",";
    json += R"({"id":")" + hit->id.text() + R"(",)" + names_json(*hit) + R"(,"status":")";
    json += status_text(rows, hit->id);
    json += R"(","sender":)";
    json += asked ? '"' + me.text() + '"' : was_asked ? '"' + hit->id.text() + '"' : "null";
    json += '}';
  }
  return json += "]}";
}

net::HttpResponse ask_answer(AskOutcome outcome) {
  switch (outcome) {
    case AskOutcome::sent:
      return json_answer(201, R"({"message":"Friend request sent."})");
    case AskOutcome::auto_accepted:
      return json_answer(201,
                         R"({"message":"Friend request auto-accepted! You are now friends.","autoAccepted":true})");
    case AskOutcome::already_friends:
      return error_answer(409, "ALREADY_FRIENDS", "Already friends.");
    case AskOutcome::already_sent:
      return error_answer(409, "ALREADY_SENT", "Friend request already sent.");
  }
  return error_answer(409, "CONFLICT", "Friend request not possible.");
}

// Answers itself when the field is not a user's id other than the caller's.
std::optional<Uuid> other_user(const CallPtr& call, std::string_view self_message) {
  const auto other = call->fields.uuid("friendId", Need::required);
  if (!other) {
    call->respond(call->fields.refusal());
    return std::nullopt;
  }
  if (*other == call->who->user) {
    call->respond(error_answer(400, "INVALID_FIELD", self_message, {{"friendId", "is your own id"}}));
    return std::nullopt;
  }
  return other;
}

}  // namespace

void post_friend_request(const CallPtr& call) {
  const auto other = other_user(call, "You cannot send a request to yourself.");
  if (!other) {
    return;
  }
  once(call, [call, other = *other](const WriteAttempt&) {
    call->core.friendships.ask(call->who->user, other, [call](const Result<AskOutcome>& outcome) {
      if (outcome.has_error()) {
        answer_failure(call, outcome.error());
      } else {
        call->respond(ask_answer(outcome.value()));
      }
    });
  });
}

void post_friend_accept(const CallPtr& call) {
  const auto requester = other_user(call, "No pending friend request found.");
  if (!requester) {
    return;
  }
  once(call, [call, requester = *requester](const WriteAttempt&) {
    call->core.friendships.accept(call->who->user, requester, [call](const Result<void>& outcome) {
      if (outcome.has_value()) {
        call->respond(json_answer(200, R"({"message":"Friend request accepted."})"));
      } else if (outcome.error().code == Errc::not_found) {
        call->respond(error_answer(404, "NO_PENDING_REQUEST", "No pending friend request found."));
      } else {
        answer_failure(call, outcome.error());
      }
    });
  });
}

void get_user_search(const CallPtr& call) {
  QueryFields query(call->request.query);
  const auto term = query.text("q", Need::required, {1, 255});
  if (!term) {
    call->respond(query.refusal("Search term is required."));
    return;
  }
  call->core.users.search(std::string{term.value_or("")}, kMaxHits, [call](const Result<std::vector<UserPtr>>& hits) {
    if (hits.has_error()) {
      answer_failure(call, hits.error());
    } else if (hits.value().empty()) {
      call->respond(error_answer(404, "NOT_FOUND", "No users found."));
    } else {
      call->core.friends.of(call->who->user, [call, hits = hits.value()](const Result<Rows>& rows) {
        call->respond(json_answer(200, hits_json(hits, rows.has_value() ? rows.value() : Rows{}, call->who->user)));
      });
    }
  });
}

}  // namespace plumbline::serve
