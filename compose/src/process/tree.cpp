#include "process/tree.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string_view>
#include <utility>

namespace plumbline::stack {
namespace {

constexpr int kSweeps = 100;  // of 50 ms each
constexpr int kSweepPause = 50;

std::vector<pid_t> all_processes() {
  std::vector<pid_t> found;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", failed)) {
    if (const int pid = std::atoi(entry.path().filename().c_str()); pid > 0) {
      found.push_back(pid);
    }
  }
  return found;
}

std::string content(pid_t pid, const char* file) {
  std::ifstream in{"/proc/" + std::to_string(pid) + "/" + file, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The parent's id stands two fields behind the name, which may itself hold spaces and parentheses.
pid_t parent_of(pid_t pid) {
  const std::string stat = content(pid, "stat");
  const auto end = stat.rfind(')');
  return end == std::string::npos || end + 4 > stat.size() ? 0 : std::atoi(stat.c_str() + end + 4);
}

std::string target(pid_t pid, const char* link) {
  std::error_code failed;
  return std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/" + link, failed).string();
}

bool holds(const std::string& environment, const std::string& variable) {
  for (std::size_t at = environment.find(variable); at != std::string::npos; at = environment.find(variable, at + 1)) {
    const std::size_t end = at + variable.size();
    if ((at == 0 || environment[at - 1] == '\0') && (end == environment.size() || environment[end] == '\0')) {
      return true;
    }
  }
  return false;
}

bool bears(pid_t pid, const Mark& mark) {
  if (holds(content(pid, "environ"), mark.variable)) {
    return true;
  }
  return !mark.folder.empty() && target(pid, "cwd").starts_with(mark.folder + "/") &&
         std::find(mark.programs.begin(), mark.programs.end(), target(pid, "exe")) != mark.programs.end();
}

[[noreturn]] void stand_guard(int line, const Mark& mark) {
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, 0);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    ::signal(number, SIG_IGN);
  }
  const int nothing = ::open("/dev/null", O_RDWR);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (nothing >= 0) {
      ::dup2(nothing, stream);
    }
  }
  std::array<char, 1> byte{};
  while (::read(line, byte.data(), byte.size()) < 0) {
  }
  // Twice empty: a process that was being forked during the first look is in the second.
  int empty = 0;
  for (int sweep = 0; sweep < kSweeps && empty < 2; ++sweep) {
    const std::vector<pid_t> left = marked_processes(mark);
    empty = left.empty() ? empty + 1 : 0;
    for (const pid_t pid : left) {
      ::kill(pid, SIGKILL);
    }
    ::poll(nullptr, 0, left.empty() ? 5 : kSweepPause);
  }
  if (!mark.remove.empty()) {
    std::error_code failed;
    std::filesystem::remove_all(mark.remove, failed);
  }
  ::_exit(0);
}

}  // namespace

std::vector<pid_t> with_descendants(pid_t root) {
  std::multimap<pid_t, pid_t> children;
  for (const pid_t pid : all_processes()) {
    children.emplace(parent_of(pid), pid);
  }
  std::vector<pid_t> found{root};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto [first, last] = children.equal_range(found[i]);
    std::transform(first, last, std::back_inserter(found), [](const auto& each) { return each.second; });
  }
  return found;
}

bool is_alive(pid_t pid) {
  const std::string stat = content(pid, "stat");
  const auto end = stat.rfind(')');
  return end != std::string::npos && end + 2 < stat.size() && stat[end + 2] != 'Z' && stat[end + 2] != 'X';
}

std::vector<pid_t> marked_processes(const Mark& mark) {
  std::vector<pid_t> found;
  for (const pid_t pid : all_processes()) {
    if (pid != ::getpid() && bears(pid, mark)) {
      found.push_back(pid);
    }
  }
  return found;
}

Guard Guard::post(const Mark& mark) {
  std::array<int, 2> line{-1, -1};
  if (::pipe2(line.data(), O_CLOEXEC) != 0) {
    return Guard{-1, -1};
  }
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(line[1]);
    stand_guard(line[0], mark);
  }
  ::close(line[0]);
  return Guard{line[1], pid};
}

Guard::Guard(Guard&& other) noexcept : line_(std::exchange(other.line_, -1)), pid_(std::exchange(other.pid_, -1)) {}

Guard::~Guard() {
  if (line_ >= 0) {
    ::close(line_);
  }
  if (pid_ > 0) {
    ::waitpid(pid_, nullptr, 0);
  }
}

}  // namespace plumbline::stack
