#include "backplane/postgres/pg_idempotency.h"

#include <algorithm>
#include <utility>

#include "store/postgres/pg_text.h"

namespace plumbline::serve {
namespace {

constexpr std::chrono::milliseconds kLongestLook{100};
constexpr std::chrono::milliseconds kSaveAgain{200};
constexpr std::chrono::minutes kSweepAnswers{1};
constexpr std::size_t kSaveAtOnce = 500;

// Takes a free id, one whose claimant is gone, one answered more than a day ago, or its own again. `attempts` counts
// those that nobody answered.
static_assert(PgIdempotency::kTakeOver == std::chrono::seconds{10} &&
              PgIdempotency::kOwnFor < PgIdempotency::kTakeOver);
constexpr PgStatement kClaimWrite{"write_claim", R"sql(
  WITH attempt AS (
    INSERT INTO idempotency AS i (user_id, operation, client_id, claimed_by) VALUES ($1::uuid, $2, $3, $4::uuid)
    ON CONFLICT (user_id, operation, client_id) DO UPDATE SET
      claimed_by = EXCLUDED.claimed_by, claimed_at = clock_timestamp(), settled_at = NULL, status = NULL, body = NULL,
      attempts = CASE WHEN i.settled_at IS NOT NULL THEN 1 WHEN i.claimed_by = EXCLUDED.claimed_by THEN i.attempts
                      ELSE i.attempts + 1 END
      WHERE i.settled_at < clock_timestamp() - interval '1 day'
         OR (i.settled_at IS NULL
             AND (i.claimed_at < clock_timestamp() - interval '10 s' OR i.claimed_by = EXCLUDED.claimed_by))
    RETURNING attempts)
  SELECT (SELECT attempts FROM attempt), i.status, i.body, set_config('synchronous_commit', 'off', true)
  FROM (SELECT 1) AS one LEFT JOIN idempotency i ON (i.user_id, i.operation, i.client_id) = ($1::uuid, $2, $3))sql"};

// The first answer stays, whoever comes with another.
constexpr PgStatement kSaveAnswers{"write_settle", R"sql(
  INSERT INTO idempotency AS i (user_id, operation, client_id, claimed_by, settled_at, status, body)
  SELECT DISTINCT ON (user_id, operation, client_id)
         user_id, operation, client_id, claimed_by, clock_timestamp(), status, body
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::int[], $6::text[])
    AS fresh (user_id, operation, client_id, claimed_by, status, body)
  ORDER BY user_id, operation, client_id
  ON CONFLICT (user_id, operation, client_id) DO UPDATE SET
    claimed_by = EXCLUDED.claimed_by, settled_at = EXCLUDED.settled_at, status = EXCLUDED.status, body = EXCLUDED.body
    WHERE i.settled_at IS NULL OR i.settled_at < clock_timestamp() - interval '1 day')sql"};

constexpr PgStatement kFreeWrite{"write_free", R"sql(
  DELETE FROM idempotency
  WHERE user_id = $1::uuid AND operation = $2 AND client_id = $3 AND claimed_by = $4::uuid AND settled_at IS NULL)sql"};

// As if its claimant were gone.
constexpr PgStatement kDoubtWrite{"write_doubt", R"sql(
  INSERT INTO idempotency AS i (user_id, operation, client_id, claimed_by, claimed_at)
  VALUES ($1::uuid, $2, $3, $4::uuid, clock_timestamp() - interval '11 s')
  ON CONFLICT (user_id, operation, client_id) DO UPDATE SET claimed_at = EXCLUDED.claimed_at
    WHERE i.claimed_by = EXCLUDED.claimed_by AND i.settled_at IS NULL)sql"};

constexpr PgStatement kForgetWrites{"write_forget", R"sql(
  DELETE FROM idempotency WHERE (user_id, operation, client_id) IN (
    SELECT user_id, operation, client_id FROM idempotency
    WHERE claimed_at < clock_timestamp() - interval '25 hours' LIMIT 20000))sql"};

}  // namespace

PgIdempotency::PgIdempotency(boost::asio::io_context& io, PgSession& session, Idempotency& local,
                             UnfencedClaims& unfenced, Duration patience)
    : io_(io),
      session_(session),
      local_(local),
      unfenced_(unfenced),
      patience_(patience),
      save_timer_(io),
      rng_(entropy_seed()) {}

PgIdempotency::~PgIdempotency() = default;

void PgIdempotency::claim(const WriteKey& key, Done<WriteClaim> done) {
  forget_old();
  auto claimant = std::make_shared<Claimant>(io_);
  claimant->key = key;
  claimant->done = std::move(done);
  claimant->token = Uuid::random(rng_);
  claimant->deadline = steady_now() + kWaitForOther;
  if (unfenced_.open.load() > 0) {
    ask_local(claimant);
  } else {
    ask(claimant);
  }
}

void PgIdempotency::ask_local(const ClaimantPtr& claimant) {
  local_.claim(claimant->key, [this, claimant, alive = std::weak_ptr<bool>(alive_)](Result<WriteClaim> answer) {
    if (alive.expired()) {
      return;
    }
    if (answer.has_error() || answer.value().answer) {
      finish(claimant, std::move(answer));
      return;
    }
    claimant->local = true;
    claimant->doubted = answer.value().standing == Standing::again;
    ask(claimant);
  });
}

// A server that is frozen says nothing for longer than a sender should wait; what it says later counts no more.
void PgIdempotency::ask(const ClaimantPtr& claimant) {
  const unsigned round = ++claimant->round;
  claimant->asked = steady_now();
  const auto hear = [this, claimant, round, alive = std::weak_ptr<bool>(alive_)](const Result<PgRowsPtr>& rows) {
    if (!alive.expired() && claimant->round == round) {
      ++claimant->round;
      claimant->timer.cancel();
      on_answer(claimant, rows);
    }
  };
  claimant->timer.expires_at(steady_now() + patience_);
  claimant->timer.async_wait([hear](const boost::system::error_code& error) {
    if (!error) {
      hear(Error{Errc::timeout, "PostgreSQL does not answer"});
    }
  });
  const WriteKey& key = claimant->key;
  session_.query(kClaimWrite, {key.user.text(), pg_text(key.operation), pg_text(key.client_id), claimant->token.text()},
                 hear);
}

void PgIdempotency::on_answer(const ClaimantPtr& claimant, const Result<PgRowsPtr>& rows) {
  if (rows.has_error()) {
    if (claimant->local) {
      give(claimant, Standing::unsure);
    } else {
      ask_local(claimant);  // asks PostgreSQL once more, now with the local claim in hand
    }
    return;
  }
  const PgRows& row = *rows.value();
  if (!row.is_null(0, 0)) {
    give(claimant, row.number(0, 0) > 1 ? Standing::again : Standing::first);
  } else if (!row.is_null(0, 1)) {
    finish(claimant, WriteClaim{WriteAnswer{static_cast<unsigned>(row.number(0, 1)), std::string{row.text(0, 2)}},
                                Standing::first});
  } else {
    ask_again(claimant);
  }
}

void PgIdempotency::ask_again(const ClaimantPtr& claimant) {
  ++counters_.waits;
  const Time now = steady_now();
  if (now >= claimant->deadline) {
    ++counters_.waited_out;
    finish(claimant, Error{Errc::timeout, "the same write is still under way"});
    return;
  }
  claimant->timer.expires_at(std::min<Time>(now + claimant->pause, claimant->deadline));
  claimant->pause = std::min<Duration>(2 * claimant->pause, kLongestLook);
  claimant->timer.async_wait(
      [this, claimant, alive = std::weak_ptr<bool>(alive_)](const boost::system::error_code& error) {
        if (!error && !alive.expired()) {
          ask(claimant);
        }
      });
}

void PgIdempotency::give(const ClaimantPtr& claimant, Standing standing) {
  const bool unfenced = standing == Standing::unsure;
  ++(unfenced ? counters_.unfenced : counters_.claimed);
  if (unfenced) {
    unfenced_.open.fetch_add(1);
  }
  standing = claimant->doubted ? Standing::again : standing;
  counters_.taken_over += standing == Standing::again ? 1U : 0U;
  held_[claimant->key] = {claimant->token, claimant->local, unfenced, claimant->asked};
  claimant->done(WriteClaim{std::nullopt, standing, claimant->asked});
}

// Without a claim. What the local ledger gave goes back, with the answer if there is one.
void PgIdempotency::finish(const ClaimantPtr& claimant, Result<WriteClaim> answer) {
  counters_.replayed += answer.has_value() ? 1U : 0U;
  if (claimant->local) {
    local_.settle(claimant->key, answer.has_value() ? answer.value().answer : std::nullopt);
  }
  claimant->done(std::move(answer));
}

std::optional<PgIdempotency::Held> PgIdempotency::let_go(const WriteKey& key) {
  const auto found = held_.find(key);
  if (found == held_.end()) {
    return std::nullopt;
  }
  const Held held = found->second;
  held_.erase(found);
  return held;
}

bool PgIdempotency::settle(const WriteKey& key, std::optional<WriteAnswer> answer) {
  const std::optional<Held> claim = let_go(key);
  if (!claim) {
    return true;
  }
  const Held held = *claim;
  if (!answer) {
    free_claim(kFreeWrite, key, held, false);
    return true;
  }
  if (!held.unfenced && steady_now() - held.since >= kOwnFor) {
    ++counters_.too_late;
    free_claim(kDoubtWrite, key, held, true);
    return false;
  }
  if (held.local) {
    local_.settle(key, answer);
  }
  if (unsaved_.size() >= kMaxUnsaved) {
    ++counters_.unsaved_lost;
    unfenced_.open.fetch_sub(held.unfenced ? 1U : 0U);
    return true;
  }
  unsaved_.push_back({key, held.token, std::move(*answer), held.unfenced});
  save();
  return true;
}

void PgIdempotency::doubt(const WriteKey& key) {
  if (const std::optional<Held> held = let_go(key)) {
    free_claim(kDoubtWrite, key, *held, true);
  }
}

// The local claim goes back only after PostgreSQL's did: its heir asks there and must not find the old one.
void PgIdempotency::free_claim(const PgStatement& statement, const WriteKey& key, const Held& held, bool doubted) {
  session_.query(statement, {key.user.text(), pg_text(key.operation), pg_text(key.client_id), held.token.text()},
                 [this, key, held, doubted, alive = std::weak_ptr<bool>(alive_)](const Result<PgRowsPtr>&) {
                   if (alive.expired()) {
                     return;
                   }
                   unfenced_.open.fetch_sub(held.unfenced ? 1U : 0U);
                   if (held.local && doubted) {
                     local_.doubt(key);
                   } else if (held.local) {
                     local_.settle(key, std::nullopt);
                   }
                 });
}

// Everything that gathered since the last time goes in one statement.
void PgIdempotency::save() {
  if (saving_ || unsaved_.empty()) {
    return;
  }
  saving_ = true;
  const std::size_t count = std::min(unsaved_.size(), kSaveAtOnce);
  std::vector<std::string> users, operations, ids, tokens, bodies;
  std::vector<std::int64_t> statuses;
  for (std::size_t i = 0; i < count; ++i) {
    const Unsaved& one = unsaved_[i];
    users.push_back(one.key.user.text());
    operations.push_back(pg_text(one.key.operation));
    ids.push_back(pg_text(one.key.client_id));
    tokens.push_back(one.token.text());
    statuses.push_back(static_cast<std::int64_t>(one.answer.status));
    bodies.push_back(pg_text(one.answer.body));
  }
  session_.query(
      kSaveAnswers,
      {pg_array(users), pg_array(operations), pg_array(ids), pg_array(tokens), pg_array(statuses), pg_array(bodies)},
      [this, count, alive = std::weak_ptr<bool>(alive_)](const Result<PgRowsPtr>& rows) {
        if (!alive.expired()) {
          saved(count, rows);
        }
      });
}

void PgIdempotency::saved(std::size_t count, const Result<PgRowsPtr>& rows) {
  saving_ = false;
  // A refusal for good must not stand in front of all others for ever; it is logged where it was received.
  if (rows.has_value() || rows.error().code == Errc::malformed) {
    for (std::size_t i = 0; i < count && !unsaved_.empty(); ++i) {
      unfenced_.open.fetch_sub(unsaved_.front().unfenced ? 1U : 0U);
      unsaved_.pop_front();
    }
    save();
    return;
  }
  saving_ = true;
  save_timer_.expires_at(steady_now() + kSaveAgain);
  save_timer_.async_wait([this, alive = std::weak_ptr<bool>(alive_)](const boost::system::error_code& error) {
    if (!error && !alive.expired()) {
      saving_ = false;
      save();
    }
  });
}

void PgIdempotency::forget_old() {
  const Time now = steady_now();
  if (now < next_sweep_) {
    return;
  }
  next_sweep_ = now + kSweepAnswers;
  session_.query(kForgetWrites, {}, [](const Result<PgRowsPtr>&) {});
}

std::vector<Metric> PgIdempotency::metrics() const {
  const auto number = [](std::uint64_t value) {
    return static_cast<double>(value);
  };
  return {
      {"plumbline_writes_claimed_total", "Writes with a client id that were new", true, number(counters_.claimed)},
      {"plumbline_writes_replayed_total", "Writes with a client id answered as before", true,
       number(counters_.replayed)},
      {"plumbline_writes_waited_out_total", "Writes given up because the same one was still under way", true,
       number(counters_.waited_out)},
      {"plumbline_writes_taken_over_total", "Writes with a client id that were tried before and not answered", true,
       number(counters_.taken_over)},
      {"plumbline_writes_too_late_total", "Answers not given because the write may have been taken over", true,
       number(counters_.too_late)},
      {"plumbline_writes_unfenced_total", "Writes with a client id done while PostgreSQL was away", true,
       number(counters_.unfenced)},
      {"plumbline_writes_unsaved", "Answers that wait for PostgreSQL", false, number(unsaved_.size())},
      {"plumbline_writes_unsaved_lost_total", "Answers not written down because too many waited", true,
       number(counters_.unsaved_lost)},
  };
}

}  // namespace plumbline::serve
