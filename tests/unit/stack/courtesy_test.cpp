// A process stands back and steps forward, with all its threads.
#include "process/courtesy.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include "plumbline/net/child_process.h"

namespace plumbline::stack {
namespace {

using namespace std::chrono_literals;

int priority_of(pid_t pid) {
  return ::getpriority(PRIO_PROCESS, static_cast<id_t>(pid));
}

TEST(Courtesy, GivesAProcessItsPriorityBack) {
  net::ChildProcess::Options options;
  options.command = {"/bin/sh", "-c", "echo started; exec sleep 60"};
  auto child = net::ChildProcess::start(options);
  ASSERT_TRUE(child.has_value());
  ASSERT_TRUE(child->wait_for_line("started", 10s));
  const int own = priority_of(::getpid());
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NICE, &limit), 0);
  const bool may_return = ::geteuid() == 0 || limit.rlim_cur >= 20;

  stand_back(child->pid());
  EXPECT_EQ(priority_of(child->pid()), may_return ? own + 10 : own) << "what cannot be undone is not done";
  step_forward(child->pid());

  EXPECT_EQ(priority_of(child->pid()), own);
}

TEST(Courtesy, LeavesAProcessWhatNobodyElseWants) {
  net::ChildProcess::Options options;
  options.command = {"/bin/sh", "-c", "echo started; exec sleep 60"};
  auto child = net::ChildProcess::start(options);
  ASSERT_TRUE(child.has_value());
  ASSERT_TRUE(child->wait_for_line("started", 10s));
  const int own = priority_of(::getpid());
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root may take it back";
  }

  stand_aside(child->pid());
  EXPECT_EQ(::sched_getscheduler(child->pid()), SCHED_IDLE);
  stand_back(child->pid());
  EXPECT_EQ(::sched_getscheduler(child->pid()), SCHED_OTHER);
  EXPECT_EQ(priority_of(child->pid()), own + 10);
  stand_aside(child->pid());
  step_forward(child->pid());
  EXPECT_EQ(::sched_getscheduler(child->pid()), SCHED_OTHER);
  EXPECT_EQ(priority_of(child->pid()), own);
}

TEST(Courtesy, TakesAProcessBackWithThoseThatItStarted) {
  net::ChildProcess::Options options;
  options.command = {"/bin/sh", "-c", "sleep 60 & echo child $!; wait"};
  auto parent = net::ChildProcess::start(options);
  ASSERT_TRUE(parent.has_value());
  const auto line = parent->wait_for_line("child ", 10s);
  ASSERT_TRUE(line.has_value());
  const pid_t child = std::stoi(*line);
  const int own = priority_of(::getpid());

  go_first(parent->pid());
  go_first(child);
  EXPECT_EQ(priority_of(parent->pid()), ::geteuid() == 0 ? own - 10 : own);
  step_forward(parent->pid());

  EXPECT_EQ(priority_of(parent->pid()), own);
  EXPECT_EQ(priority_of(child), own);
  parent->signal(SIGKILL);  // and its child: ctest waits for whoever holds the output
}

TEST(Courtesy, IgnoresAProcessThatIsGone) {
  net::ChildProcess::Options options;
  options.command = {"/bin/true"};
  auto child = net::ChildProcess::start(options);
  ASSERT_TRUE(child.has_value());
  const pid_t gone = child->pid();
  child->stop(1s);

  stand_back(gone);
  go_first(gone);
  step_forward(gone);
}

}  // namespace
}  // namespace plumbline::stack
