// Migrations: each once, by whoever comes first, and never backwards.
#include "store/postgres/migrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>
#include <vector>

#include "integration/real/private_postgres.h"

namespace plumbline::serve {
namespace {

using real::PrivatePostgres;
using real::query_sql;
using testing::HasSubstr;
using testing::Not;

constexpr Migration kOne{1, "one", "aa", "CREATE TABLE one (n int); INSERT INTO one VALUES (1);"};
constexpr Migration kTwo{2, "two", "bb", "INSERT INTO one VALUES (2);"};

std::string refusal(const std::string& uri, const std::vector<Migration>& wanted) {
  try {
    migrate(uri, wanted);
  } catch (const std::runtime_error& failure) {
    return failure.what();
  }
  return "";
}

TEST(Migrate, AppliesWhatIsMissingOnce) {
  const std::string uri = PrivatePostgres::shared().create_database();

  migrate(uri, std::vector{kOne});
  migrate(uri, std::vector{kOne, kTwo});
  migrate(uri, std::vector{kOne, kTwo});

  EXPECT_EQ(query_sql(uri, "SELECT string_agg(n::text, ',' ORDER BY n) FROM one"), "1,2");
  EXPECT_EQ(query_sql(uri, "SELECT string_agg(name || checksum, ',' ORDER BY version) FROM schema_migrations"),
            "oneaa,twobb");
}

TEST(Migrate, RunsOnceWhenManyInstancesStartTogether) {
  const std::string uri = PrivatePostgres::shared().create_database();
  std::vector<std::thread> instances;
  std::vector<std::string> refusals(4);
  for (std::string& said : refusals) {
    instances.emplace_back([&said, &uri] { said = refusal(uri, {kOne, kTwo}); });
  }
  for (std::thread& instance : instances) {
    instance.join();
  }

  EXPECT_THAT(refusals, testing::Each(testing::IsEmpty()));
  EXPECT_EQ(query_sql(uri, "SELECT count(*) FROM one"), "2");
}

TEST(Migrate, RefusesASchemaNewerThanTheBinary) {
  const std::string uri = PrivatePostgres::shared().create_database();
  migrate(uri, std::vector{kOne, kTwo});

  EXPECT_THAT(refusal(uri, {kOne}), HasSubstr("newer than this binary (migration 2, two)"));
}

TEST(Migrate, RefusesAnAppliedFileThatChanged) {
  const std::string uri = PrivatePostgres::shared().create_database();
  migrate(uri, std::vector{kOne});
  Migration changed = kOne;
  changed.checksum = "cc";

  EXPECT_THAT(refusal(uri, {changed, kTwo}), HasSubstr("other contents"));
}

TEST(Migrate, LeavesNothingOfAFileThatFails) {
  const std::string uri = PrivatePostgres::shared().create_database();
  const Migration broken{2, "broken", "dd", "CREATE TABLE half (n int); SELECT nonsense;"};

  EXPECT_THAT(refusal(uri, {kOne, broken}), HasSubstr("schema cannot be prepared"));
  EXPECT_EQ(query_sql(uri, "SELECT count(*) FROM pg_tables WHERE tablename = 'half'"), "0");
}

TEST(Migrate, SaysAtOnceThatThePasswordIsWrong) {
  std::string uri = PrivatePostgres::shared().uri();
  uri.replace(uri.find("plumbline:plumbline"), 19, "plumbline:wrong");

  const std::string said = refusal(uri, {kOne});

  EXPECT_THAT(said, HasSubstr("password authentication failed"));
  EXPECT_THAT(said, HasSubstr("--postgres"));
  EXPECT_THAT(said, Not(HasSubstr("\n")));
}

TEST(Migrate, TheWholeSchemaIsMadeFromNothing) {
  const std::string uri = PrivatePostgres::shared().create_database();

  migrate(uri);
  migrate(uri);

  EXPECT_EQ(query_sql(uri, "SELECT count(*) FROM schema_migrations"), std::to_string(migrations().size()));
}

}  // namespace
}  // namespace plumbline::serve
