// What the account stores on PostgreSQL promise beyond their ports' contracts: secrets, outages, other instances.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/accounts/real_services.h"
#include "integration/real/shard_bench.h"
#include "store/postgres/pg_family_watch.h"
#include "store/postgres/pg_pool.h"
#include "store/postgres/pg_session_store.h"
#include "store/postgres/pg_user_store.h"

namespace plumbline::serve {
namespace {

constexpr Uuid kEva{51, 1};

struct PgAccountsTest : testing::Test {
  LogIn open() {
    return bench.wait<LogIn>([this](auto done) { sessions.open(kEva, std::move(done)); }).value();
  }
  RefreshOutcome refresh(const std::string& token) {
    return bench.wait<RefreshOutcome>([&](auto done) { sessions.refresh(token, std::move(done)); }).value();
  }
  Errc revoke(Uuid family) {
    const auto revoked = bench.wait<void>([&](auto done) { sessions.revoke(family, std::move(done)); });
    return revoked.has_error() ? revoked.error().code : Errc::ok;
  }

  const std::string& uri = clean_database();
  ShardBench bench;
  SteadyClock clock;
  PgPool here{bench.pool, uri};
  PgPool there{bench.pool, uri};
  PgSessionStore sessions{here.reads(0), clock};
};

TEST_F(PgAccountsTest, NoTokenIsKeptInTheDatabase) {
  const LogIn first = open();
  const RefreshOutcome second = refresh(first.refresh_token);
  ASSERT_EQ(second.result, Refresh::rotated);

  for (const std::string& token : {first.refresh_token, second.session.refresh_token}) {
    const std::string secret = token.substr(37);
    EXPECT_EQ(secret.size(), 64U);
    EXPECT_EQ(real::query_sql(uri, "SELECT count(*) FROM login_families f WHERE f::text LIKE '%" + secret + "%'"), "0");
    EXPECT_EQ(real::query_sql(uri, "SELECT count(*) FROM spent_tokens s WHERE s::text LIKE '%" + secret + "%'"), "0");
  }
}

TEST_F(PgAccountsTest, OtherInstancesHearOfAFamilyThatEndedWithinASecond) {
  std::vector<Uuid> heard;
  PgFamilyWatch watch(bench.pool.context(0), there.reads(0));
  const LogIn before = open();
  ASSERT_EQ(revoke(before.family), Errc::ok);

  watch.start([&heard](Uuid family) { heard.push_back(family); });
  ASSERT_TRUE(bench.run_until([&watch] { return watch.caught_up(); }));
  EXPECT_THAT(heard, testing::ElementsAre(before.family)) << "tokens of it may still be unexpired";

  const LogIn later = open();
  const LogIn stays = open();
  const Time ended = steady_now();
  ASSERT_EQ(revoke(later.family), Errc::ok);
  ASSERT_TRUE(bench.run_until([&heard] { return heard.size() == 2; }));
  EXPECT_LT(steady_now() - ended, std::chrono::seconds{3}) << "half a second, and what a busy machine adds";

  bench.run_for(std::chrono::milliseconds{1'200});
  EXPECT_THAT(heard, testing::ElementsAre(before.family, later.family))
      << "each once, and " << stays.family.text() << " not at all";
}

TEST_F(PgAccountsTest, ReuseOfASpentTokenIsHeardOfAsWell) {
  std::vector<Uuid> heard;
  PgFamilyWatch watch(bench.pool.context(0), there.reads(0));
  watch.start([&heard](Uuid family) { heard.push_back(family); });
  const LogIn first = open();
  const RefreshOutcome second = refresh(first.refresh_token);
  real::execute_sql(uri, "UPDATE spent_tokens SET spent_at = spent_at - 11000");

  ASSERT_EQ(refresh(first.refresh_token).result, Refresh::reused);

  EXPECT_TRUE(bench.run_until([&heard] { return !heard.empty(); }));
  EXPECT_THAT(heard, testing::ElementsAre(first.family));
  EXPECT_EQ(refresh(second.session.refresh_token).result, Refresh::unknown);
}

TEST_F(PgAccountsTest, NulInTextIsNoError) {
  PgUserStore users(here.reads(0));
  const std::string name("a\0b", 3);

  const auto made = bench.wait<UserPtr>([&](auto done) { users.ensure(kEva, name, std::move(done)); });
  const auto login = bench.wait<UserPtr>([&](auto done) { users.find_login(name, std::move(done)); });

  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made.value()->username,
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(login.error().code, Errc::not_found);
}

TEST(PgAccountsAway, UsersSeenBeforeAreKnownWhilePostgresIsAway) {
  real::PrivatePostgres server;
  const std::string uri = server.create_database();
  migrate(uri);
  ShardBench bench;
  PgPool pool(bench.pool, uri);
  PgUserStore users(pool.reads(0));
  const auto ensure = [&](Uuid id) {
    return bench.wait<UserPtr>([&](auto done) { users.ensure(id, "eva", std::move(done)); });
  };
  ASSERT_TRUE(ensure(kEva).has_value());

  server.kill();

  EXPECT_TRUE(ensure(kEva).has_value());
  const auto missing = bench.wait<std::vector<Uuid>>([&](auto done) { users.missing({kEva}, std::move(done)); });
  EXPECT_TRUE(missing.has_value() && missing.value().empty());
  const auto stranger = ensure({52, 2});
  ASSERT_TRUE(stranger.has_error());
  EXPECT_TRUE(stranger.error().code == Errc::unavailable || stranger.error().code == Errc::timeout);
}

}  // namespace
}  // namespace plumbline::serve
