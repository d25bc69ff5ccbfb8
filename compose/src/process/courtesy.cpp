#include "process/courtesy.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>

namespace plumbline::stack {
namespace {

constexpr int kSteps = 10;
constexpr rlim_t kMayReturn = 20;  // RLIMIT_NICE: 20 minus the nice value that may be taken

bool may_return() {
  rlimit limit{};
  return ::geteuid() == 0 || (::getrlimit(RLIMIT_NICE, &limit) == 0 && limit.rlim_cur >= kMayReturn);
}

int own_priority() {
  return ::getpriority(PRIO_PROCESS, 0);
}

void set_policy(pid_t thread, int policy) {
  const sched_param none{};
  ::sched_setscheduler(thread, policy, &none);
}

// All threads, and those of the processes that it started.
template <class Do>
void for_each_thread(pid_t pid, const Do& act) {
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", gone)) {
    const std::string name = task.path().filename().string();
    pid_t thread = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), thread).ec == std::errc{}) {
      act(thread);
    }
    std::ifstream children(task.path() / "children");
    for (pid_t child = 0; children >> child;) {
      for_each_thread(child, act);
    }
  }
}

void compete_at(pid_t thread, int priority) {
  set_policy(thread, SCHED_OTHER);
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(thread), priority);
}

}  // namespace

void stand_aside(pid_t pid) {
  if (may_return()) {
    for_each_thread(pid, [](pid_t thread) { set_policy(thread, SCHED_IDLE); });
  }
}

void stand_back(pid_t pid) {
  if (may_return()) {
    for_each_thread(pid, [](pid_t thread) { compete_at(thread, own_priority() + kSteps); });
  }
}

void go_first(pid_t pid) {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(pid), own_priority() - kSteps);
}

void step_forward(pid_t pid) {
  for_each_thread(pid, [](pid_t thread) { compete_at(thread, own_priority()); });
}

}  // namespace plumbline::stack
