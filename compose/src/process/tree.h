// Processes by descent and by mark: PostgreSQL's workers lead groups of their own, so a signal to one group misses
// them.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace plumbline::stack {

// `root` first, then everything below it.
[[nodiscard]] std::vector<pid_t> with_descendants(pid_t root);
// Neither gone nor a zombie that only waits for its parent.
[[nodiscard]] bool is_alive(pid_t pid);

// What tells the processes of one stack from all others.
struct Mark {
  std::string variable;               // NAME=VALUE in the environment
  std::string folder;                 // for programs that write their title over their environment, as PostgreSQL and
  std::vector<std::string> programs;  // Redis do: one of these executables, working somewhere in the folder
  std::string remove;                 // a directory that the guard removes at the end; empty: none
};

// As far as this user may look.
[[nodiscard]] std::vector<pid_t> marked_processes(const Mark& mark);

// A process that outlives this one by moments: when this one ends, however that is, it kills what is marked.
// It keeps the lock of the directory and of the ports until nothing is left. Fork it before any thread is there.
class Guard {
 public:
  [[nodiscard]] static Guard post(const Mark& mark);
  Guard(Guard&& other) noexcept;
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  Guard& operator=(Guard&&) = delete;
  ~Guard();  // sends it home and waits for it

 private:
  Guard(int line, pid_t pid) : line_(line), pid_(pid) {}
  int line_{-1};
  pid_t pid_{-1};
};

}  // namespace plumbline::stack
