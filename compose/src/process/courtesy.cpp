#include "process/courtesy.h"

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

}  // namespace

void stand_back(pid_t pid) {
  if (may_return()) {
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(pid), own_priority() + kSteps);
  }
}

void go_first(pid_t pid) {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(pid), own_priority() - kSteps);
}

void step_forward(pid_t pid) {
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", gone)) {
    const std::string name = task.path().filename().string();
    id_t thread = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), thread).ec == std::errc{}) {
      ::setpriority(PRIO_PROCESS, thread, own_priority());
    }
    std::ifstream children(task.path() / "children");
    for (pid_t child = 0; children >> child;) {
      step_forward(child);
    }
  }
}

}  // namespace plumbline::stack
