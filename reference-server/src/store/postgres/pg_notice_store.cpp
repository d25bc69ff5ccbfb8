#include "store/postgres/pg_notice_store.h"

#include <utility>

#include "store/postgres/pg_text.h"

namespace plumbline::serve {
namespace {

// The inner look is from before the insertion: of the older ones all but 999 go, which leaves kMaxNotices.
static_assert(kMaxNotices == 1'000);
constexpr PgStatement kKeepNotice{"notice_keep", R"sql(
  WITH cut AS (
    DELETE FROM kept_notices WHERE user_id = $1::uuid AND id <= (
      SELECT id FROM kept_notices WHERE user_id = $1::uuid ORDER BY id DESC OFFSET 999 LIMIT 1))
  INSERT INTO kept_notices (user_id, event, payload) VALUES ($1::uuid, $2, $3) RETURNING id)sql"};

constexpr PgStatement kPendingNotices{"notices_pending", R"sql(
  SELECT id, event, payload FROM kept_notices WHERE user_id = $1::uuid ORDER BY id)sql"};

constexpr PgStatement kRemoveNotice{"notice_remove", R"sql(
  DELETE FROM kept_notices WHERE user_id = $1::uuid AND id = $2::bigint)sql"};

}  // namespace

void PgNoticeStore::keep(Uuid user, std::string event, std::string payload, Done<std::uint64_t> done) {
  session_.query(kKeepNotice, {user.text(), pg_text(std::move(event)), pg_text(std::move(payload))},
                 [done = std::move(done)](const Result<PgRowsPtr>& rows) {
                   done(rows.has_error()
                            ? Result<std::uint64_t>{rows.error()}
                            : Result<std::uint64_t>{static_cast<std::uint64_t>(rows.value()->number(0, 0))});
                 });
}

void PgNoticeStore::pending(Uuid user, Done<std::vector<KeptNotice>> done) {
  session_.query(kPendingNotices, {user.text()}, [done = std::move(done)](const Result<PgRowsPtr>& rows) {
    if (rows.has_error()) {
      done(rows.error());
      return;
    }
    std::vector<KeptNotice> kept;
    for (std::size_t row = 0; row < rows.value()->size(); ++row) {
      kept.push_back({static_cast<std::uint64_t>(rows.value()->number(row, 0)), std::string{rows.value()->text(row, 1)},
                      std::string{rows.value()->text(row, 2)}});
    }
    done(std::move(kept));
  });
}

void PgNoticeStore::remove(Uuid user, std::uint64_t id) {
  session_.query(kRemoveNotice, {user.text(), std::to_string(id)}, [](const Result<PgRowsPtr>&) {});
}

}  // namespace plumbline::serve
