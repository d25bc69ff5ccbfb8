// PgSession against a real PostgreSQL that is killed, frozen, restarted and refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/real/private_postgres.h"
#include "integration/real/shard_bench.h"
#include "store/postgres/pg_pool.h"

namespace plumbline::serve {
namespace {

using real::execute_sql;
using real::PrivatePostgres;
using testing::HasSubstr;

constexpr PgStatement kEcho{"t_echo", "SELECT $1::text, $2::text"};
constexpr PgStatement kPid{"t_pid", "SELECT pg_backend_pid()"};
constexpr PgStatement kInsert{"t_insert", "INSERT INTO t VALUES ($1)"};
constexpr PgStatement kCount{"t_count", "SELECT count(*) FROM t"};
constexpr PgStatement kSleep{"t_sleep", "SELECT pg_sleep($1::float8)"};
constexpr PgStatement kMissing{"t_missing", "SELECT * FROM no_such_table"};

class PgSessionTest : public testing::Test {
 protected:
  void use(const std::string& uri, const PgLinkOptions& limits = {}) {
    link.emplace(bench.pool, uri, limits);
    execute_sql(uri, "CREATE TABLE IF NOT EXISTS t (n bigint PRIMARY KEY)");
  }
  PgSession& session() { return link->reads(0); }

  Result<PgRowsPtr> query(const PgStatement& statement, std::vector<PgValue> params = {}) {
    return bench.wait<PgRowsPtr>([&](auto done) { session().query(statement, params, std::move(done)); });
  }
  Errc outcome(const PgStatement& statement, std::vector<PgValue> params = {}) {
    const auto answer = query(statement, std::move(params));
    return answer.has_error() ? answer.error().code : Errc::ok;
  }
  Errc transaction(const std::vector<PgCall>& calls) {
    const auto answer =
        bench.wait<std::vector<PgRowsPtr>>([&](auto done) { session().transaction(calls, std::move(done)); });
    return answer.has_error() ? answer.error().code : Errc::ok;
  }
  double metric(const std::string& name) {
    for (const Metric& one : link->metrics(0)) {
      if (one.name == name) {
        return one.value;
      }
    }
    return -1;
  }

  ShardBench bench;
  std::optional<PgPool> link;
};

TEST_F(PgSessionTest, CarriesTextAndNullBothWays) {
  use(PrivatePostgres::shared().create_database());

  const auto rows = query(kEcho, {"it's \"ü\" \\", std::nullopt});

  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(rows.value()->text(0, 0), "it's \"ü\" \\");
  EXPECT_TRUE(rows.value()->is_null(0, 1));
  EXPECT_TRUE(session().usable());
}

TEST_F(PgSessionTest, AnswersManyInTheOrderAsked) {
  use(PrivatePostgres::shared().create_database());
  std::vector<std::int64_t> answers;
  for (int i = 0; i < 1000; ++i) {
    session().query(kEcho, {std::to_string(i), "x"},
                    [&answers](const Result<PgRowsPtr>& rows) { answers.push_back(rows.value()->number(0, 0)); });
  }
  ASSERT_TRUE(bench.run_until([&] { return answers.size() == 1000; }));

  for (std::size_t i = 0; i < answers.size(); ++i) {
    ASSERT_EQ(answers[i], static_cast<std::int64_t>(i));
  }
}

TEST_F(PgSessionTest, CommitsATransactionWholeOrNotAtAll) {
  use(PrivatePostgres::shared().create_database());

  EXPECT_EQ(transaction({{&kInsert, {"1"}}, {&kInsert, {"2"}}}), Errc::ok);
  EXPECT_EQ(transaction({{&kInsert, {"3"}}, {&kInsert, {"1"}}, {&kInsert, {"4"}}}), Errc::conflict);

  EXPECT_EQ(query(kCount).value()->number(0, 0), 2);
  EXPECT_EQ(query(kInsert, {"5"}).value()->affected(), 1U);
}

TEST_F(PgSessionTest, SurvivesAStatementThatTheServerRefuses) {
  use(PrivatePostgres::shared().create_database());

  EXPECT_EQ(outcome(kMissing), Errc::malformed);
  EXPECT_EQ(outcome(kInsert, {"no number"}), Errc::malformed);
  EXPECT_EQ(outcome(kInsert, {"1"}), Errc::ok);
}

TEST_F(PgSessionTest, PreparesAgainWhatCouldNotBePreparedBefore) {
  const std::string uri = PrivatePostgres::shared().create_database();
  use(uri);
  EXPECT_EQ(outcome(kMissing), Errc::malformed);
  execute_sql(uri, "CREATE TABLE no_such_table (n int)");

  EXPECT_EQ(outcome(kMissing), Errc::ok);
}

TEST_F(PgSessionTest, SaysUnknownForWhatWasUnderWayWhenItsBackendDiesAndReconnects) {
  use(PrivatePostgres::shared().create_database());
  const auto pid = query(kPid).value()->number(0, 0);
  std::optional<Errc> slow;
  session().query(kSleep, {"20"},
                  [&slow](const Result<PgRowsPtr>& rows) { slow = rows.has_error() ? rows.error().code : Errc::ok; });
  bench.run_for(std::chrono::milliseconds{200});

  execute_sql(PrivatePostgres::shared().uri(), "SELECT pg_terminate_backend(" + std::to_string(pid) + ")");

  ASSERT_TRUE(bench.run_until([&slow] { return slow.has_value(); }));
  EXPECT_EQ(*slow, Errc::timeout);
  EXPECT_EQ(outcome(kInsert, {"1"}), Errc::ok) << "waits for the new connection";
}

TEST_F(PgSessionTest, ServerSideTimeoutOfAStatementIsUnavailable) {
  PgLinkOptions limits;
  limits.deadline = std::chrono::seconds{30};
  use(PrivatePostgres::shared().create_database(), limits);
  EXPECT_EQ(query(PgStatement{"t_show", "SELECT set_config('statement_timeout', '100ms', false)"}).has_value(), true);

  EXPECT_EQ(outcome(kSleep, {"20"}), Errc::unavailable);
  EXPECT_EQ(outcome(kInsert, {"1"}), Errc::ok);
}

TEST_F(PgSessionTest, ComesBackAfterKillAndRestartOfTheServer) {
  PrivatePostgres server;
  use(server.create_database());
  EXPECT_EQ(outcome(kInsert, {"1"}), Errc::ok);

  server.kill();
  ASSERT_TRUE(bench.run_until([this] { return !session().usable(); }));
  bench.run_for(std::chrono::milliseconds{600});
  const Time asked = steady_now();
  EXPECT_EQ(outcome(kInsert, {"2"}), Errc::unavailable);
  EXPECT_LT(steady_now() - asked, std::chrono::milliseconds{400}) << "known to be away: no waiting";
  EXPECT_THAT(link->trouble(), HasSubstr("PostgreSQL cannot be used"));
  server.start();

  ASSERT_TRUE(bench.run_until([this] { return link->usable(); }));
  EXPECT_EQ(outcome(kInsert, {"2"}), Errc::ok);
  EXPECT_EQ(query(kCount).value()->number(0, 0), 2) << "what was acknowledged is there";
}

TEST_F(PgSessionTest, GivesUpOnAFrozenServerAfterTheDeadline) {
  PrivatePostgres server;
  PgLinkOptions limits;
  limits.deadline = std::chrono::milliseconds{700};
  limits.connect_timeout = std::chrono::milliseconds{500};
  use(server.create_database(), limits);
  EXPECT_EQ(outcome(kInsert, {"1"}), Errc::ok);

  server.freeze();
  EXPECT_EQ(outcome(kInsert, {"2"}), Errc::timeout);
  bench.run_for(std::chrono::milliseconds{600});
  EXPECT_EQ(outcome(kInsert, {"3"}), Errc::unavailable);
  server.thaw();

  ASSERT_TRUE(bench.run_until([this] { return link->usable(); }));
  EXPECT_EQ(outcome(kInsert, {"4"}), Errc::ok);
  EXPECT_EQ(metric("plumbline_postgres_deadlines_total"), 1);
}

TEST_F(PgSessionTest, NoticesAFrozenServerWhileNobodyAsks) {
  PrivatePostgres server;
  PgLinkOptions limits;
  limits.deadline = std::chrono::milliseconds{700};
  use(server.create_database(), limits);
  EXPECT_EQ(outcome(kInsert, {"1"}), Errc::ok);

  server.freeze();

  EXPECT_TRUE(bench.run_until([this] { return !session().usable(); }));
  server.thaw();
}

TEST_F(PgSessionTest, RefusesBeyondTheBoundOfTheQueueAndCountsIt) {
  PgLinkOptions limits;
  limits.queue_limit = 10;
  use(PrivatePostgres::shared().create_database(), limits);
  int done = 0;
  int refused = 0;
  for (int i = 0; i < 15; ++i) {
    session().query(kInsert, {std::to_string(i)}, [&](const Result<PgRowsPtr>& rows) {
      ++done;
      refused += rows.has_error() && rows.error().code == Errc::unavailable ? 1 : 0;
    });
  }
  EXPECT_EQ(refused, 5);
  ASSERT_TRUE(bench.run_until([&done] { return done == 15; }));

  EXPECT_EQ(refused, 5);
  EXPECT_EQ(metric("plumbline_postgres_queue_full_total"), 5);
  EXPECT_EQ(query(kCount).value()->number(0, 0), 10);
}

TEST_F(PgSessionTest, SaysWhyWhenThePasswordIsWrong) {
  std::string uri = PrivatePostgres::shared().uri();
  uri.replace(uri.find("plumbline:plumbline"), 19, "plumbline:wrong");
  link.emplace(bench.pool, uri);

  EXPECT_EQ(outcome(kPid), Errc::unavailable);
  EXPECT_FALSE(session().usable());
  EXPECT_THAT(link->trouble(), HasSubstr("password authentication failed"));
}

TEST_F(PgSessionTest, ForgetsWhatWaitsWhenItIsDestroyed) {
  use(PrivatePostgres::shared().create_database());
  bool answered = false;
  session().query(kSleep, {"20"}, [&answered](const Result<PgRowsPtr>&) { answered = true; });
  bench.run_for(std::chrono::milliseconds{100});

  link.reset();
  bench.run_for(std::chrono::milliseconds{100});

  EXPECT_FALSE(answered);
}

TEST_F(PgSessionTest, SettingsOfTheSessionHold) {
  use(PrivatePostgres::shared().create_database());
  const PgStatement show{"t_settings",
                         "SELECT current_setting('synchronous_commit'), current_setting('statement_timeout'), "
                         "current_setting('application_name')"};

  const auto rows = query(show).value();

  EXPECT_EQ(rows->text(0, 0), "on");
  EXPECT_EQ(rows->text(0, 1), "2s");
  EXPECT_EQ(rows->text(0, 2), "plumbline reads");
}

TEST_F(PgSessionTest, HotStatementsDoNotWaitBehindASlowOne) {
  use(PrivatePostgres::shared().create_database());
  link->open();
  ASSERT_TRUE(bench.run_until([this] { return metric("plumbline_postgres_connects_total") == 1 + PgPool::kHotLinks; }));
  bool slow = false;
  link->hot(0).query(kSleep, {"1.5"}, [&slow](const Result<PgRowsPtr>&) { slow = true; });

  const auto quick = bench.wait<PgRowsPtr>([&](auto done) { link->hot(0).query(kInsert, {"1"}, std::move(done)); });

  EXPECT_TRUE(quick.has_value());
  EXPECT_FALSE(slow);
}

TEST_F(PgSessionTest, HotStatementsGoOnWhenOneOfTheConnectionsDies) {
  const std::string uri = PrivatePostgres::shared().create_database();
  use(uri);
  link->open();
  ASSERT_TRUE(bench.run_until([this] { return metric("plumbline_postgres_connects_total") == 1 + PgPool::kHotLinks; }));
  const auto pid = bench.wait<PgRowsPtr>([&](auto done) { link->hot(0).query(kPid, {}, std::move(done)); });
  execute_sql(uri, "SELECT pg_terminate_backend(" + std::to_string(pid.value()->number(0, 0)) + ")");
  ASSERT_TRUE(bench.run_until([this] { return !link->usable(); }));

  const auto next = bench.wait<PgRowsPtr>([&](auto done) { link->hot(0).query(kInsert, {"1"}, std::move(done)); });

  EXPECT_TRUE(next.has_value());
}

}  // namespace
}  // namespace plumbline::serve
