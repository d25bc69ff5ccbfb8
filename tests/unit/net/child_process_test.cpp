// Starting, hearing and stopping a child process.
#include "plumbline/net/child_process.h"

#include <gtest/gtest.h>

#include <csignal>

namespace plumbline::net {
namespace {

using namespace std::chrono_literals;

ChildProcess shell(const std::string& script) {
  auto started = ChildProcess::start({.command = {"/bin/sh", "-c", script}, .stderr_file = {}});
  EXPECT_TRUE(started.has_value());
  return std::move(*started);
}

TEST(ChildProcess, HandsOutTheRestOfTheFirstMatchingLine) {
  ChildProcess child = shell("echo noise; echo 'ready: 42'; exec cat");

  EXPECT_EQ(child.wait_for_line("ready: ", 10s), "42");
}

TEST(ChildProcess, GivesUpWaitingWhenTheChildEnds) {
  ChildProcess child = shell("echo other");

  EXPECT_EQ(child.wait_for_line("ready", 10s), std::nullopt);
}

TEST(ChildProcess, GivesUpWaitingWhenTimeIsUp) {
  ChildProcess child = shell("exec sleep 60");

  EXPECT_EQ(child.wait_for_line("ready", 20ms), std::nullopt);
  EXPECT_TRUE(child.running());
}

TEST(ChildProcess, ReportsTheExitStatus) {
  ChildProcess child = shell("exit 7");
  EXPECT_EQ(child.wait_for_line("never", 10s), std::nullopt);
  while (child.running()) {
  }

  EXPECT_EQ(child.stop(1s), 7);
}

TEST(ChildProcess, StopsWithSigtermFirst) {
  ChildProcess child = shell("trap 'exit 3' TERM; echo up; while :; do sleep 0.01; done");
  ASSERT_TRUE(child.wait_for_line("up", 10s));

  EXPECT_EQ(child.stop(10s), 3);
}

TEST(ChildProcess, KillsAChildThatIgnoresSigterm) {
  ChildProcess child = shell("trap '' TERM; echo up; while :; do sleep 0.01; done");
  ASSERT_TRUE(child.wait_for_line("up", 10s));

  EXPECT_EQ(child.stop(20ms), 128 + SIGKILL);
}

TEST(ChildProcess, SaysWhyAProgramCannotRun) {
  const auto started = ChildProcess::start({.command = {"/no/such/program"}, .stderr_file = {}});

  ASSERT_FALSE(started.has_value());
  EXPECT_EQ(started.error(), "cannot run /no/such/program: No such file or directory");
}

TEST(ChildProcess, DestructorEndsTheChild) {
  pid_t pid = 0;
  {
    ChildProcess child = shell("exec sleep 60");
    pid = child.pid();
  }

  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(SelfExecutable, NamesThisTest) {
  EXPECT_TRUE(self_executable().ends_with("net_test"));
}

}  // namespace
}  // namespace plumbline::net
