// That the private PostgreSQL of the tests does what the tests rely on.
#include "integration/real/private_postgres.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <iostream>
#include <sstream>
#include <stdexcept>

#include "integration/real/scratch.h"

namespace plumbline::real {
namespace {

TEST(PrivatePostgres, KeepsItsDataAndItsAddressWhenKilledAndStarted) {
  PrivatePostgres server;
  const std::string uri = server.create_database();
  execute_sql(uri, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");

  server.kill();
  EXPECT_THROW(execute_sql(uri, "SELECT 1"), std::runtime_error);
  server.start();

  EXPECT_EQ(query_sql(uri, "SELECT n FROM kept"), "7");
}

TEST(PrivatePostgres, AnswersAgainWhenThawed) {
  PrivatePostgres& server = PrivatePostgres::shared();
  server.freeze();
  server.thaw();

  EXPECT_EQ(query_sql(server.uri(), "SELECT current_user"), "plumbline");
  EXPECT_EQ(query_sql(server.uri(), "SHOW fsync"), "on");
}

TEST(PrivatePostgres, LeavesNothingBehindWhenTheTestIsKilled) {
  auto inner = net::ChildProcess::start(
      {{net::self_executable(), "--gtest_also_run_disabled_tests", "--gtest_filter=*DISABLED_RunsUntilItIsKilled"},
       ""});
  ASSERT_TRUE(inner.has_value()) << inner.error();
  const auto told = inner->wait_for_line("server ", std::chrono::seconds{90});
  ASSERT_TRUE(told.has_value());
  std::istringstream words(*told);
  pid_t server = 0;
  std::string directory;
  words >> server >> directory;
  ASSERT_EQ(::kill(server, 0), 0);

  ::kill(inner->pid(), SIGKILL);

  const auto gone = [&] {
    return ::kill(server, 0) != 0 && !std::filesystem::exists(directory);
  };
  for (int i = 0; i < 300 && !gone(); ++i) {
    ::poll(nullptr, 0, 100);
  }
  EXPECT_TRUE(gone());
}

// The inner process of the test above; frozen on top, which a polite signal would not end.
TEST(PrivatePostgres, DISABLED_RunsUntilItIsKilled) {
  PrivatePostgres server;
  server.freeze();
  std::cout << "server " << server.pid() << ' ' << scratch().string() << std::endl;
  ::poll(nullptr, 0, 120'000);
}

}  // namespace
}  // namespace plumbline::real
