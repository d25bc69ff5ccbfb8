#include "store/postgres/outbox_relay.h"

#include <optional>
#include <utility>

#include "plumbline/base/log.h"

namespace plumbline::serve {
namespace {

// A lease and no advisory lock: a session's statements share its connections with others.
constexpr PgStatement kClaimQueued{
    "outbox_claim",
    "INSERT INTO outbox_relay (id, owner, until) VALUES (1, $1::text, clock_timestamp() + $2::bigint * interval '1 "
    "millisecond') ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, until = excluded.until "
    "WHERE outbox_relay.owner = excluded.owner OR outbox_relay.until < clock_timestamp() RETURNING 1"};

constexpr PgStatement kRead{"outbox_read", "SELECT id, topic, key, payload FROM outbox ORDER BY id LIMIT $1::bigint"};

constexpr PgStatement kRemove{"outbox_remove", "DELETE FROM outbox WHERE id = ANY ($1::bigint[])"};

}  // namespace

void OutboxRelay::tick(Time now) {
  now_ = now;
  if (!busy_ && now >= next_) {
    busy_ = true;
    claim();
  }
}

void OutboxRelay::claim() {
  session_.query(
      kClaimQueued,
      {instance_, std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(kRelayLease).count())},
      [this, alive = alive_](const Result<PgRowsPtr>& rows) {
        if (!*alive) {
          return;
        }
        counters_.failures += rows.has_error() ? 1U : 0U;
        working_ = rows.has_value() && rows.value()->size() == 1;
        working_ ? read() : finish(false);
      });
}

void OutboxRelay::read() {
  session_.query(kRead, {std::to_string(kRelayPage)}, [this, alive = alive_](const Result<PgRowsPtr>& rows) {
    if (!*alive) {
      return;
    }
    if (rows.has_error()) {
      ++counters_.failures;
      finish(false);
      return;
    }
    waiting_ = rows.value()->size();
    rows.value()->size() == 0 ? finish(false) : publish(*rows.value());
  });
}

void OutboxRelay::publish(const PgRows& rows) {
  auto round = std::make_shared<Round>();
  round->unsettled = rows.size() + 1;  // one for this loop
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int64_t id = rows.number(i, 0);
    const std::optional<Topic> topic = find_topic(rows.text(i, 1));
    if (!topic) {
      log::error("outbox_row_of_unknown_topic", {{"id", std::to_string(id)}});
      round->published.push_back(id);
      settled(round);
      continue;
    }
    producer_.produce(*topic, std::string{rows.text(i, 2)}, std::string{rows.text(i, 3)}, shard_,
                      [this, alive = alive_, round, id](Errc outcome, LogPosition) {
                        if (!*alive) {
                          return;
                        }
                        if (outcome == Errc::ok) {
                          round->published.push_back(id);
                        }
                        ++(outcome == Errc::ok ? counters_.published : counters_.refused);
                        settled(round);
                      });
  }
  settled(round);
}

void OutboxRelay::settled(const std::shared_ptr<Round>& round) {
  if (--round->unsettled > 0) {
    return;
  }
  if (round->published.empty()) {
    finish(false);
    return;
  }
  const bool more = waiting_ == kRelayPage && round->published.size() == kRelayPage;
  session_.query(kRemove, {pg_array(round->published)}, [this, alive = alive_, more](const Result<PgRowsPtr>& rows) {
    if (!*alive) {
      return;
    }
    counters_.failures += rows.has_error() ? 1U : 0U;
    finish(more && rows.has_value());
  });
}

void OutboxRelay::finish(bool more) {
  if (more) {
    claim();
    return;
  }
  busy_ = false;
  next_ = now_ + kRelayPause;
}

}  // namespace plumbline::serve
