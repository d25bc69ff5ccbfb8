// Commits messages to PostgreSQL while the log does not take them. Stage: store.
#pragma once

#include <functional>

#include "bus/kafka/log.h"
#include "store/postgres/pg_session.h"

namespace plumbline::serve {

// One per shard. The row and the outbox row that brings it to the log are one statement, so both are there or none.
class PgDirectStore final : public DirectStore {
 public:
  // Shares the session with the shard's other stores.
  explicit PgDirectStore(PgSession& session) : session_(session) {}

  void commit(MessagePtr message, Done<void> done) override;

 private:
  void tell_copy_from_conflict(const MessagePtr& message, Done<void> done);

  void commit_then_queue(const MessagePtr& message, Done<void> done);  // mutant `outbox-after-commit`

  PgSession& session_;
  MessagePtr mutant_held_;
};

}  // namespace plumbline::serve
