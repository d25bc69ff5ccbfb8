#include "store/postgres/pg_replica.h"

namespace plumbline::serve {
namespace {

constexpr auto kAgeAllowed = std::chrono::milliseconds{900};
constexpr PgStatement kPrimaryPosition{"primary_position", "SELECT pg_current_wal_lsn()::text"};
constexpr PgStatement kReplicaReached{"replica_reached",
                                      "SELECT coalesce(pg_last_wal_replay_lsn() >= $1::pg_lsn, false)"};

}  // namespace

bool PgReplica::fresh(Time now) const {
  return fresh_as_of_ != Time{} && now - fresh_as_of_ < kAgeAllowed && link_->usable();
}

// One position is asked for until the replica has it: under load it never has the very latest one.
void PgReplica::tick(Time now) {
  if (asking_) {
    return;
  }
  asking_ = true;
  if (!position_.empty()) {
    compare();
    return;
  }
  asked_at_ = now;
  primary_.query(kPrimaryPosition, {}, [this, alive = std::weak_ptr<bool>(alive_)](const Result<PgRowsPtr>& rows) {
    if (alive.expired()) {
      return;
    }
    if (rows.has_error()) {
      asking_ = false;
      return;
    }
    position_ = rows.value()->text(0, 0);
    compare();
  });
}

void PgReplica::compare() {
  link_->query(kReplicaReached, {position_},
               [this, alive = std::weak_ptr<bool>(alive_)](const Result<PgRowsPtr>& rows) {
                 if (alive.expired()) {
                   return;
                 }
                 asking_ = false;
                 if (rows.has_value() && rows.value()->truth(0, 0)) {
                   fresh_as_of_ = asked_at_;
                   position_.clear();
                 }
               });
}

}  // namespace plumbline::serve
