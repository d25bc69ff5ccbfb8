#include "integration/real/scratch.h"

#include <fcntl.h>
#include <pwd.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "plumbline/net/child_process.h"

namespace plumbline::real {
namespace {

// Its first argument is the directory. A postmaster's working directory is its data directory, so that a number that
// the kernel gave to somebody else meanwhile is left alone.
constexpr const char* kGuard = R"sh(
read -r nothing
signal() { kill "-$1" "$pid" $(cat "/proc/$pid/task/$pid/children" 2>/dev/null) 2>/dev/null; }
for file in "$1"/*/data/postmaster.pid; do
  [ -f "$file" ] || continue
  pid=$(head -n 1 "$file")
  [ "$(readlink "/proc/$pid/cwd")" = "${file%/postmaster.pid}" ] || continue
  signal CONT
  kill -QUIT "$pid"
  for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ -d "/proc/$pid" ] || break
    sleep 0.1
  done
  [ -d "/proc/$pid" ] && signal KILL
done
rm -rf "$1"
)sh";

const passwd* low_user() {
  static const passwd* const found = [] {
    const passwd* user = ::getpwnam("postgres");
    return user != nullptr ? user : ::getpwnam("nobody");
  }();
  return found;
}

class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "plumbline-real-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error("cannot make a temporary directory like " + name);
    }
    path_ = name;
    if (::geteuid() == 0 &&
        (low_user() == nullptr || ::chown(name.c_str(), low_user()->pw_uid, low_user()->pw_gid) != 0)) {
      throw std::runtime_error("no unprivileged user can own " + name);
    }
    start_guard();
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    ::close(alive_);
    ::waitpid(guard_, nullptr, 0);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  void start_guard() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw std::runtime_error("cannot make a pipe");
    }
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, ends[0], STDIN_FILENO);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);  // Ctrl-C goes to a group: the guard outlives it
    std::string shell = "sh";
    std::string flag = "-c";
    std::string script = kGuard;
    std::string path = path_.string();
    const std::array<char*, 6> argv{shell.data(), flag.data(), script.data(), shell.data(), path.data(), nullptr};
    const int failed = ::posix_spawn(&guard_, "/bin/sh", &files, &attributes, argv.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    ::close(ends[0]);
    alive_ = ends[1];
    if (failed != 0) {
      throw std::runtime_error("cannot start the guard of " + path);
    }
  }

  std::filesystem::path path_;
  pid_t guard_{-1};
  int alive_{-1};
};

}  // namespace

const std::filesystem::path& scratch() {
  static const Scratch one;
  return one.path();
}

std::vector<std::string> unprivileged(std::vector<std::string> command) {
  if (::geteuid() != 0) {
    return command;
  }
  const passwd* user = low_user();
  std::vector<std::string> all{"/usr/bin/setpriv", "--reuid=" + std::to_string(user->pw_uid),
                               "--regid=" + std::to_string(user->pw_gid), "--clear-groups", "--"};
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

void run_to_end(const std::string& what, std::vector<std::string> command) {
  const std::string errors = scratch() / "command.log";
  auto child = net::ChildProcess::start({unprivileged(std::move(command)), errors});
  if (child.has_error()) {
    throw std::runtime_error(what + ": " + child.error());
  }
  // No line begins like this: it reads to the end of the output.
  static_cast<void>(child->wait_for_line("\x01", std::chrono::minutes{1}));
  if (child->running() || child->stop({}) != 0) {
    std::ostringstream said;
    said << std::ifstream(errors).rdbuf();
    throw std::runtime_error(what + " failed: " + said.str());
  }
}

}  // namespace plumbline::real
