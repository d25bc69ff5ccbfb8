#include "store/postgres/pg_friend_store.h"

#include <algorithm>
#include <utility>

namespace plumbline::serve {
namespace {

// One statement: of two requests at once the second waits for the row of the first and sees it. The row says how it
// was answered, because RETURNING shows nothing of what was there before.
constexpr PgStatement kAskFriend{"friend_ask", R"sql(
  INSERT INTO friendships AS f (low, high, asked_by, since, outcome)
  VALUES ($1::uuid, $2::uuid, $3::uuid, $4::bigint, 0)
  ON CONFLICT (low, high) DO UPDATE SET
    outcome = CASE WHEN f.accepted THEN 2 WHEN f.asked_by = EXCLUDED.asked_by THEN 3 ELSE 1 END,
    accepted = f.accepted OR f.asked_by <> EXCLUDED.asked_by,
    since = CASE WHEN f.accepted OR f.asked_by = EXCLUDED.asked_by THEN f.since ELSE EXCLUDED.since END
  RETURNING outcome)sql"};

constexpr PgStatement kAcceptFriend{"friend_accept", R"sql(
  UPDATE friendships SET accepted = true, since = $4::bigint
  WHERE low = $1::uuid AND high = $2::uuid AND asked_by = $3::uuid AND NOT accepted)sql"};

constexpr PgStatement kFriendsOf{"friends_of", R"sql(
  SELECT other, accepted, asked_by = $1::uuid, since FROM (
    SELECT high AS other, accepted, asked_by, since, created FROM friendships WHERE low = $1::uuid
    UNION ALL
    SELECT low, accepted, asked_by, since, created FROM friendships WHERE high = $1::uuid) AS both_sides
  ORDER BY created)sql"};

std::vector<PgValue> pair_params(Uuid a, Uuid b, Uuid asked_by, UnixMillis at) {
  return {std::min(a, b).text(), std::max(a, b).text(), asked_by.text(), std::to_string(at)};
}

AskOutcome ask_outcome_of(std::int64_t number) {
  switch (number) {
    case 0:
      return AskOutcome::sent;
    case 1:
      return AskOutcome::auto_accepted;
    case 2:
      return AskOutcome::already_friends;
    default:
      return AskOutcome::already_sent;
  }
}

Relation relation_of(bool accepted, bool asked) {
  if (accepted) {
    return Relation::accepted;
  }
  return asked ? Relation::pending_out : Relation::pending_in;
}

}  // namespace

void PgFriendStore::ask(Uuid from, Uuid to, UnixMillis at, Done<AskOutcome> done) {
  session_.query(kAskFriend, pair_params(from, to, from, at), [done = std::move(done)](const Result<PgRowsPtr>& rows) {
    done(rows.has_error() ? Result<AskOutcome>{rows.error()}
                          : Result<AskOutcome>{ask_outcome_of(rows.value()->number(0, 0))});
  });
}

void PgFriendStore::accept(Uuid me, Uuid requester, UnixMillis at, Done<void> done) {
  if (me == requester) {
    done(Error{Errc::not_found, "no pending request"});
    return;
  }
  session_.query(kAcceptFriend, pair_params(me, requester, requester, at),
                 [done = std::move(done)](const Result<PgRowsPtr>& rows) {
                   if (rows.has_error()) {
                     done(rows.error());
                   } else if (rows.value()->affected() == 0) {
                     done(Error{Errc::not_found, "no pending request"});
                   } else {
                     done({});
                   }
                 });
}

void PgFriendStore::of(Uuid user, Done<std::vector<FriendRow>> done) {
  session_.query(kFriendsOf, {user.text()}, [done = std::move(done)](const Result<PgRowsPtr>& rows) {
    if (rows.has_error()) {
      done(rows.error());
      return;
    }
    std::vector<FriendRow> friends;
    for (std::size_t row = 0; row < rows.value()->size(); ++row) {
      const PgRows& found = *rows.value();
      friends.push_back({Uuid::parse(found.text(row, 0)).value_or(Uuid{}),
                         relation_of(found.truth(row, 1), found.truth(row, 2)), found.number(row, 3)});
    }
    done(std::move(friends));
  });
}

}  // namespace plumbline::serve
