#include "plumbline/net/child_process.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace plumbline::net {
namespace {

constexpr auto kPollStep = std::chrono::milliseconds{2};

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

std::optional<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return std::nullopt;
  }
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

// Everything the child needs, made before fork: after it nothing may be allocated.
struct Becoming {
  std::vector<char*> argv;
  std::vector<char*> environment;
  int in{-1};
  int out{-1};
  int err{-1};
  int report{-1};
  const char* directory{nullptr};
  std::optional<ChildProcess::User> user;
  pid_t parent{0};
};

bool drop_to(const ChildProcess::User& user) {
  return ::setgroups(0, nullptr) == 0 && ::setgid(user.gid) == 0 && ::setuid(user.uid) == 0;
}

// Runs between fork and exec: only async-signal-safe calls.
[[noreturn]] void become(const Becoming& child) {
  // A change of user clears the death signal, so it comes first.
  const bool dropped = !child.user || drop_to(*child.user);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Ctrl-C goes to a whole group: the parent decides when its child ends, else a server drains while it is judged.
  ::setpgid(0, 0);
  // Another parent: it died before prctl took hold.
  const bool at_home = dropped && ::getppid() == child.parent;
  if (at_home && (child.directory == nullptr || ::chdir(child.directory) == 0)) {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    if (child.in >= 0) {
      ::dup2(child.in, STDIN_FILENO);
    }
    ::dup2(child.out, STDOUT_FILENO);
    if (child.err >= 0) {
      ::dup2(child.err, STDERR_FILENO);
    }
    ::execve(child.argv[0], child.argv.data(), child.environment.data());
  }
  const int reason = errno;
  [[maybe_unused]] const ssize_t told = ::write(child.report, &reason, sizeof reason);
  ::_exit(127);
}

// As execve wants them: writable in its signature, never written; a null pointer ends the list.
std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> list;
  list.reserve(words.size() + 1);
  for (const std::string& word : words) {
    list.push_back(const_cast<char*>(word.c_str()));
  }
  list.push_back(nullptr);
  return list;
}

int exit_status(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

struct ChildProcess::Impl {
  pid_t pid{-1};
  Descriptor out;
  std::string unread;         // stdout after the last line handed out
  std::optional<int> status;  // set once the child has been reaped

  ~Impl() { stop(std::chrono::milliseconds{500}); }

  bool reap() {
    if (!status) {
      int raw = 0;
      const pid_t done = ::waitpid(pid, &raw, WNOHANG);
      if (done == pid) {
        status = exit_status(raw);
      } else if (done < 0 && errno == ECHILD) {
        status = 0;  // somebody else waited for it
      }
    }
    return status.has_value();
  }

  bool reaped_within(Duration grace) {
    const Time deadline = steady_now() + grace;
    while (!reap()) {
      if (steady_now() >= deadline) {
        return false;
      }
      ::poll(nullptr, 0, static_cast<int>(kPollStep.count()));
    }
    return true;
  }

  int stop(Duration grace) {
    if (!reap()) {
      ::kill(pid, SIGTERM);
      if (!reaped_within(grace)) {
        ::kill(pid, SIGKILL);
        int raw = 0;
        status = ::waitpid(pid, &raw, 0) == pid ? exit_status(raw) : 0;
      }
    }
    return status.value_or(0);
  }

  // false at the end of the stream or when time is up.
  bool read_more(Time deadline) {
    pollfd waiting{out.get(), POLLIN, 0};
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_now()).count();
      const int ready = ::poll(&waiting, 1, static_cast<int>(std::clamp<long long>(left, 0, 60'000)));
      if (ready > 0) {
        break;
      }
      if ((ready < 0 && errno != EINTR) || left <= 0) {
        return false;
      }
    }
    std::array<char, 4096> buffer{};
    const ssize_t got = ::read(out.get(), buffer.data(), buffer.size());
    if (got <= 0) {
      // The stream ends a moment before the process does; whether it still runs is what the caller asks next.
      static_cast<void>(reaped_within(std::chrono::seconds{1}));
      return false;
    }
    unread.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
  }
};

boost::system::result<ChildProcess, std::string> ChildProcess::start(const Options& options) {
  if (options.command.empty()) {
    return std::string("no command given");
  }
  Becoming child;
  child.argv = pointers(options.command);
  child.environment = pointers(options.variables);
  child.environment.pop_back();
  for (char** inherited = environ; *inherited != nullptr; ++inherited) {
    child.environment.push_back(*inherited);
  }
  child.environment.push_back(nullptr);
  auto out = make_pipe();
  auto report = make_pipe();
  if (!out || !report) {
    return std::string("cannot make a pipe: ") + std::strerror(errno);
  }
  Descriptor out_file;
  Descriptor err_file;
  for (const auto& [name, file] : {std::pair{&options.stdout_file, &out_file}, {&options.stderr_file, &err_file}}) {
    if (!name->empty()) {
      *file = Descriptor(::open(name->c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
      if (file->get() < 0) {
        return "cannot write " + *name + ": " + std::strerror(errno);
      }
    }
  }
  child.out = out_file.get() >= 0 ? out_file.get() : out->write.get();
  if (options.stream >= 0) {
    child.in = options.stream;
    child.out = options.stream;
  }
  child.err = err_file.get();
  child.report = report->write.get();
  child.directory = options.directory.empty() ? nullptr : options.directory.c_str();
  child.user = options.user;
  child.parent = ::getpid();

  const pid_t pid = ::fork();
  if (pid < 0) {
    return std::string("cannot fork: ") + std::strerror(errno);
  }
  if (pid == 0) {
    become(child);
  }
  auto impl = std::make_unique<Impl>();
  impl->pid = pid;
  impl->out = std::move(out->read);
  report->write = Descriptor();  // so that a successful exec ends the report
  int reason = 0;
  if (::read(report->read.get(), &reason, sizeof reason) == sizeof reason) {
    return "cannot run " + options.command.front() + ": " + std::strerror(reason);
  }
  return ChildProcess(std::move(impl));
}

ChildProcess::ChildProcess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ChildProcess::ChildProcess(ChildProcess&&) noexcept = default;
ChildProcess& ChildProcess::operator=(ChildProcess&&) noexcept = default;
ChildProcess::~ChildProcess() = default;

std::optional<std::string> ChildProcess::wait_for_line(std::string_view prefix, Duration within) {
  const Time deadline = steady_now() + within;
  for (;;) {
    std::size_t end = 0;
    while ((end = impl_->unread.find('\n')) != std::string::npos) {
      const std::string line = impl_->unread.substr(0, end);
      impl_->unread.erase(0, end + 1);
      if (line.starts_with(prefix)) {
        return line.substr(prefix.size());
      }
    }
    if (!impl_->read_more(deadline)) {
      return std::nullopt;
    }
  }
}

pid_t ChildProcess::pid() const {
  return impl_->pid;
}
void ChildProcess::signal(int number) {
  if (!impl_->reap()) {
    ::kill(-impl_->pid, number);
  }
}
bool ChildProcess::running() {
  return !impl_->reap();
}
bool ChildProcess::ended_within(Duration limit) {
  return impl_->reaped_within(limit);
}
int ChildProcess::stop(Duration grace) {
  return impl_->stop(grace);
}

std::string self_executable() {
  return std::filesystem::read_symlink("/proc/self/exe").string();
}

}  // namespace plumbline::net
