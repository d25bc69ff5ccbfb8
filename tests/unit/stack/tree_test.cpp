// Finding processes by descent and by mark, and the guard that ends them.
#include "process/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "plumbline/net/child_process.h"

namespace plumbline::stack {
namespace {

using namespace std::chrono_literals;

net::ChildProcess shell(const std::string& script, const std::string& variable) {
  net::ChildProcess::Options options;
  options.command = {"/bin/sh", "-c", script};
  options.variables = {variable};
  auto started = net::ChildProcess::start(options);
  EXPECT_TRUE(started.has_value());
  return std::move(*started);
}

std::string mark(const char* name) {
  return "PLUMBLINE_TREE_TEST=" + std::string(name) + std::to_string(::getpid());
}

TEST(WithDescendants, FindsWhatAChildHasStarted) {
  net::ChildProcess child = shell("sleep 60 & echo started; wait", mark("a"));
  ASSERT_TRUE(child.wait_for_line("started", 10s));

  const std::vector<pid_t> found = with_descendants(child.pid());

  EXPECT_EQ(found.front(), child.pid());
  EXPECT_EQ(found.size(), 2U);
  child.signal(SIGKILL);
}

TEST(MarkedProcesses, FindsThemByTheirWholeMark) {
  // Not `exec`: a process that is becoming another program shows no environment for a moment.
  net::ChildProcess child = shell("echo started; sleep 60; :", mark("b"));
  ASSERT_TRUE(child.wait_for_line("started", 10s));

  EXPECT_THAT(marked_processes({mark("b"), {}, {}, {}}), testing::Contains(child.pid()));
  EXPECT_TRUE(marked_processes({mark("b").substr(0, mark("b").size() - 1), {}, {}, {}}).empty());
  child.signal(SIGKILL);  // and what it started: ctest waits for whoever holds the output
}

TEST(MarkedProcesses, FindsAProgramByItsFolder) {
  net::ChildProcess::Options options;
  options.command = {"/bin/sleep", "60"};
  options.directory = "/proc/self/task";
  auto child = net::ChildProcess::start(options);
  ASSERT_TRUE(child.has_value());
  const std::string folder = "/proc/" + std::to_string(child->pid());
  const std::string program = std::filesystem::canonical("/bin/sleep").string();

  EXPECT_EQ(marked_processes({"A=none", folder, {program}, {}}), std::vector<pid_t>{child->pid()});
  EXPECT_TRUE(marked_processes({"A=none", folder, {"/bin/other"}, {}}).empty());
  EXPECT_TRUE(marked_processes({"A=none", folder + "0", {program}, {}}).empty());
}

TEST(IsAlive, IsFalseForAZombie) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::_exit(0);
  }
  siginfo_t ended{};
  ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);

  EXPECT_FALSE(is_alive(child));
  EXPECT_TRUE(is_alive(::getpid()));
  ::waitpid(child, nullptr, 0);
}

TEST(Guard, KillsWhatIsMarkedWhenItsOwnerEnds) {
  net::ChildProcess frozen = shell("echo started; exec sleep 60", mark("c"));
  ASSERT_TRUE(frozen.wait_for_line("started", 10s));
  frozen.signal(SIGSTOP);
  net::ChildProcess other = shell("echo started; exec sleep 60", mark("other"));
  ASSERT_TRUE(other.wait_for_line("started", 10s));

  { const Guard guard = Guard::post({mark("c"), {}, {}, {}}); }

  EXPECT_TRUE(frozen.ended_within(10s));
  EXPECT_TRUE(other.running());
}

}  // namespace
}  // namespace plumbline::stack
