// That the private Redis of the tests does what the tests rely on.
#include "integration/real/private_redis.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <filesystem>
#include <iostream>
#include <sstream>

#include "integration/real/scratch.h"

namespace plumbline::real {
namespace {

TEST(PrivateRedis, SwitchesToTheReplicaAndTakesTheOldMasterBackEmpty) {
  PrivateRedis redis;
  ASSERT_EQ(redis.master(), 0U);
  ASSERT_EQ(redis.ask(0, {"SET", "k", "kept"}), "OK");
  ASSERT_EQ(redis.ask(0, {"WAIT", "1", "5000"}), "1");

  redis.kill(0);

  EXPECT_EQ(redis.ask(0, {"PING"}), "");
  EXPECT_EQ(redis.master_after(0), 1U);
  EXPECT_EQ(redis.ask(1, {"GET", "k"}), "kept");
  redis.start(0);
  EXPECT_EQ(redis.ask(0, {"PING"}), "PONG");
}

TEST(PrivateRedis, LeavesNothingBehindWhenTheTestIsKilled) {
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
TEST(PrivateRedis, DISABLED_RunsUntilItIsKilled) {
  PrivateRedis redis;
  redis.freeze(0);
  std::cout << "server " << redis.pid(0) << ' ' << scratch().string() << std::endl;
  ::poll(nullptr, 0, 120'000);
}

}  // namespace
}  // namespace plumbline::real
