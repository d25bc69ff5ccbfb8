// A child process that the harness started and therefore may stop: spawn, wait for its ready line, terminate by pid.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plumbline/base/clock.h"
#include "plumbline/base/result.h"

namespace plumbline::net {

class ChildProcess {
 public:
  struct User {
    uid_t uid;
    gid_t gid;
  };
  struct Options {
    std::vector<std::string> command;      // argv, command[0] is a path
    std::string stderr_file{};             // appended to; empty: inherited
    int stream{-1};                        // becomes stdin and stdout of the child; -1: see stdout_file
    std::string stdout_file{};             // appended to; empty: a pipe for wait_for_line
    std::string directory{};               // working directory; empty: inherited
    std::vector<std::string> variables{};  // NAME=VALUE, before those inherited
    std::optional<User> user{};            // drops to it; only root may ask for that
  };
  // The child dies with this process, also on SIGKILL (PR_SET_PDEATHSIG, which follows the calling *thread*: start
  // children from one that lives as long as they may), and is terminated by the destructor. The error is one sentence.
  [[nodiscard]] static boost::system::result<ChildProcess, std::string> start(const Options& options);
  ChildProcess(ChildProcess&&) noexcept;
  ChildProcess& operator=(ChildProcess&&) noexcept;
  ~ChildProcess();

  // Blocks. Stdout that nobody reads fills a 64 KiB pipe, then the child blocks.
  // First stdout line that begins with `prefix`, its rest returned; nullopt when the child ended or time ran out.
  [[nodiscard]] std::optional<std::string> wait_for_line(std::string_view prefix, Duration within);
  [[nodiscard]] pid_t pid() const;
  [[nodiscard]] bool running();
  [[nodiscard]] bool ended_within(Duration limit);  // blocks
  // To the process group of the child, which it leads; nothing when it has ended.
  void signal(int number);
  // SIGTERM, then SIGKILL after `grace`. Returns the exit status (128 + signal when killed).
  int stop(Duration grace);

 private:
  struct Impl;
  explicit ChildProcess(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Path of the running executable, to start another verb of it as a child.
[[nodiscard]] std::string self_executable();

}  // namespace plumbline::net
