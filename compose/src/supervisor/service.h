// One process of the stack: laid out, started, frozen, killed, started again. Lives on the supervisor's thread.
#pragma once

#include <optional>
#include <string>

#include "plumbline/base/clock.h"
#include "plumbline/net/child_process.h"
#include "process/recipe.h"

namespace plumbline::stack {

class Service {
 public:
  enum class State { down, preparing, starting, ready, frozen };

  Service(Node node, Recipe recipe, std::string log);

  // Starts what is down. With `emptied`, or the first time, on empty data.
  [[nodiscard]] Outcome<void> start(bool emptied);
  // Reaps, and goes on from preparation to the process itself. `ended` when the process has just ended by itself.
  enum class Change { none, ended, started };
  [[nodiscard]] Change look();
  void mark_ready();

  // Each answers the time right before the signal; without a process nothing happens.
  Time kill();
  Time terminate();
  Time freeze();
  Time thaw();
  // Ends it by `number` and waits up to `grace` before SIGKILL.
  void end(int number, Duration grace);

  [[nodiscard]] const Node& node() const { return node_; }
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool is_up() const { return state_ == State::starting || state_ == State::ready; }
  [[nodiscard]] pid_t pid() const { return child_ ? child_->pid() : 0; }
  [[nodiscard]] const std::string& log() const { return log_; }
  [[nodiscard]] std::string last_line() const;  // of the log; with the line before it when it is only a hint
  [[nodiscard]] int exit_status() const { return exit_status_; }
  // Counts starts and thaws: a probe's answer belongs to the life in which it was asked.
  [[nodiscard]] unsigned life() const { return life_; }

 private:
  [[nodiscard]] Outcome<void> launch(const std::vector<std::string>& command);
  void compete_in_time();
  Time signal_all(int number) const;
  void wait_for_descendants(const std::vector<pid_t>& pids) const;

  Node node_;
  Recipe recipe_;
  std::string log_;
  State state_{State::down};
  std::optional<net::ChildProcess> child_;
  bool laid_out_{false};
  int exit_status_{0};
  Time aside_until_{Time::max()};
  unsigned life_{0};
};

[[nodiscard]] std::string_view name_of(Service::State state);

}  // namespace plumbline::stack
