// Log-in families in PostgreSQL: digests of tokens, never tokens. Stage: store.
#pragma once

#include "plumbline/base/random.h"
#include "store/postgres/pg_session.h"
#include "store/session_store.h"

namespace plumbline::serve {

// Expiry and grace go by the wall clock of the instance that is asked: they may differ by a second or two. A refresh
// with an unknown outcome (Errc::timeout) may be repeated within the grace and gets the same successor.
class PgSessionStore final : public SessionStore {
 public:
  PgSessionStore(PgSession& session, const Clock& clock);

  void open(Uuid user, Done<LogIn> done) override;
  void refresh(std::string token, Done<RefreshOutcome> done) override;
  void revoke(Uuid family, Done<void> done) override;

 private:
  void forget_expired();

  PgSession& session_;
  const Clock& clock_;
  Rng rng_;
  Time next_sweep_{};
};

}  // namespace plumbline::serve
