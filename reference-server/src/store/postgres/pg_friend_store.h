// Friendships in PostgreSQL: one row per pair. Stage: store.
#pragma once

#include "store/friend_store.h"
#include "store/postgres/pg_session.h"

namespace plumbline::serve {

class PgFriendStore final : public FriendStore {
 public:
  explicit PgFriendStore(PgSession& session) : session_(session) {}

  void ask(Uuid from, Uuid to, UnixMillis at, Done<AskOutcome> done) override;
  void accept(Uuid me, Uuid requester, UnixMillis at, Done<void> done) override;
  void of(Uuid user, Done<std::vector<FriendRow>> done) override;

 private:
  PgSession& session_;
};

}  // namespace plumbline::serve
