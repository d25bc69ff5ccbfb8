#include "store/postgres/pg_family_watch.h"

#include <string>
#include <utility>

namespace plumbline::serve {
namespace {

// Longer than an access token lives, and than any transaction that ends a family takes to commit.
constexpr std::chrono::minutes kTokensLive{20};
constexpr std::chrono::seconds kLateCommits{10};

constexpr PgStatement kEndedFamilies{"families_ended", R"sql(
  SELECT family FROM ended_families
  WHERE ended_at > clock_timestamp() - $1::bigint * interval '1 ms' ORDER BY ended_at DESC LIMIT 50000)sql"};

}  // namespace

void PgFamilyWatch::start(Ended ended) {
  ended_ = std::move(ended);
  next_turn_ = steady_now() + kTokensLive;
  look();
}

void PgFamilyWatch::look() {
  const Time now = steady_now();
  if (now >= next_turn_) {
    next_turn_ = now + kTokensLive;
    told_before_ = std::exchange(told_, {});
  }
  const Duration back = caught_up_ ? now - last_look_ + kLateCommits : Duration{kTokensLive};
  const auto millis = std::chrono::ceil<std::chrono::milliseconds>(back).count();
  session_.query(kEndedFamilies, {std::to_string(millis)},
                 [this, now, alive = std::weak_ptr<bool>(alive_)](const Result<PgRowsPtr>& rows) {
                   if (alive.expired()) {
                     return;
                   }
                   if (rows.has_value()) {
                     last_look_ = now;
                     on_rows(*rows.value());
                     caught_up_ = true;
                   }
                   look_later();
                 });
}

void PgFamilyWatch::on_rows(const PgRows& rows) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto family = Uuid::parse(rows.text(row, 0));
    if (family && !told_before_.contains(*family) && told_.insert(*family).second) {
      ended_(*family);
    }
  }
}

void PgFamilyWatch::look_later() {
  timer_.expires_at(steady_now() + kEvery);
  timer_.async_wait([this, alive = std::weak_ptr<bool>(alive_)](const boost::system::error_code& error) {
    if (!error && !alive.expired()) {
      look();
    }
  });
}

}  // namespace plumbline::serve
