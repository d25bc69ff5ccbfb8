// A replica as one shard sees it: how fresh it is by the primary's own positions. Stage: store.
#pragma once

#include <string>

#include "plumbline/base/clock.h"
#include "store/postgres/pg_link.h"

namespace plumbline::serve {

// Both links outlive it.
class PgReplica {
 public:
  PgReplica(PgSession& primary, std::unique_ptr<PgLink> link) : primary_(primary), link_(std::move(link)) {}

  void tick(Time now);  // every 100 ms: asks both where they are
  // It has everything that the primary had a second ago (STALE-1).
  [[nodiscard]] bool fresh(Time now) const;
  [[nodiscard]] PgSession& session() { return *link_; }
  [[nodiscard]] PgLink& link() { return *link_; }

 private:
  void compare();

  PgSession& primary_;
  std::unique_ptr<PgLink> link_;
  std::string position_;  // of the primary at asked_at_, which the replica has not reached; empty: ask again
  Time asked_at_{};
  Time fresh_as_of_{};
  bool asking_{false};
  std::shared_ptr<bool> alive_{std::make_shared<bool>(true)};
};

}  // namespace plumbline::serve
