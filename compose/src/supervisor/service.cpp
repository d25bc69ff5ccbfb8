#include "supervisor/service.h"

#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "process/courtesy.h"
#include "process/tree.h"

namespace plumbline::stack {
namespace {

using namespace std::chrono_literals;

constexpr int kStep = 2;          // ms
constexpr Duration kAside = 10s;  // a broker needs three seconds of a processor

}  // namespace

std::string_view name_of(Service::State state) {
  switch (state) {
    case Service::State::down:
      return "down";
    case Service::State::preparing:
      return "preparing";
    case Service::State::starting:
      return "starting";
    case Service::State::ready:
      return "ready";
    case Service::State::frozen:
      return "frozen";
  }
  return "";
}

Service::Service(Node node, Recipe recipe, std::string log)
    : node_(std::move(node)), recipe_(std::move(recipe)), log_(std::move(log)) {}

Outcome<void> Service::launch(const std::vector<std::string>& command) {
  net::ChildProcess::Options options;
  options.command = command;
  options.stdout_file = options.stderr_file = log_;
  options.directory = node_.folder;
  options.variables = recipe_.variables;
  options.user = recipe_.user;
  auto started = net::ChildProcess::start(options);
  if (!started) {
    return Failure{node_.name + ": " + started.error()};
  }
  child_.emplace(std::move(*started));
  return boost::system::in_place_value;
}

Outcome<void> Service::start(bool emptied) {
  const bool empty = emptied || !laid_out_;
  if (auto done = recipe_.lay_out(empty); !done) {
    return done;
  }
  laid_out_ = true;
  ++life_;
  const bool prepares = empty && !recipe_.first.empty();
  auto done = launch(prepares ? recipe_.first : recipe_.command);
  if (done) {
    state_ = prepares ? State::preparing : State::starting;
    const bool again = life_ > 1;
    if (again && node_.part == Part::kafka) {
      stand_aside(pid());
      aside_until_ = steady_now() + kAside;
    } else if (again && node_.part == Part::postgres) {
      go_first(pid());
    }
  }
  return done;
}

void Service::mark_ready() {
  state_ = State::ready;
  if (child_) {
    step_forward(pid());
  }
  aside_until_ = Time::max();
}

// A machine that is never idle would keep it from coming back at all.
void Service::compete_in_time() {
  if (steady_now() >= aside_until_) {
    aside_until_ = Time::max();
    stand_back(pid());
  }
}

Service::Change Service::look() {
  if (!child_) {
    return Change::none;
  }
  if (child_->running()) {
    compete_in_time();
    return Change::none;
  }
  exit_status_ = child_->stop(0ns);
  child_.reset();
  if (state_ == State::preparing && exit_status_ == 0 && launch(recipe_.command)) {
    state_ = State::starting;
    return Change::started;
  }
  state_ = State::down;
  return Change::ended;
}

Time Service::signal_all(int number) const {
  const std::vector<pid_t> all = child_ ? with_descendants(child_->pid()) : std::vector<pid_t>{};
  const Time at = steady_now();
  for (const pid_t pid : all) {
    ::kill(pid, number);
  }
  return at;
}

// PostgreSQL refuses to start while workers of the killed one still hold its shared memory.
void Service::wait_for_descendants(const std::vector<pid_t>& pids) const {
  const Time deadline = steady_now() + 2s;
  while (std::any_of(pids.begin(), pids.end(), is_alive) && steady_now() < deadline) {
    ::poll(nullptr, 0, kStep);
  }
}

Time Service::kill() {
  if (!child_) {
    return steady_now();
  }
  std::vector<pid_t> all = with_descendants(child_->pid());
  const Time at = steady_now();
  for (const pid_t pid : all) {
    ::kill(pid, SIGKILL);
  }
  exit_status_ = child_->stop(1s);
  child_.reset();
  all.erase(all.begin());
  wait_for_descendants(all);
  state_ = State::down;
  return at;
}

Time Service::terminate() {
  // PostgreSQL takes SIGTERM for "when the last client has gone"; service managers send it SIGINT.
  const int number = node_.part == Part::postgres ? SIGINT : SIGTERM;
  const Time at = steady_now();
  if (child_) {
    ::kill(child_->pid(), number);
  }
  return at;
}

Time Service::freeze() {
  const Time at = signal_all(SIGSTOP);
  state_ = State::frozen;
  return at;
}

Time Service::thaw() {
  const Time at = signal_all(SIGCONT);
  state_ = State::starting;
  ++life_;
  return at;
}

void Service::end(int number, Duration grace) {
  if (!child_) {
    return;
  }
  signal_all(SIGCONT);
  ::kill(child_->pid(), number);
  if (!child_->ended_within(grace)) {
    kill();
    return;
  }
  exit_status_ = child_->stop(0ns);
  child_.reset();
  state_ = State::down;
}

std::string Service::last_line() const {
  std::ifstream in{log_};
  std::string last;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) {
      last = line.starts_with("try: ") ? last.append("; ").append(line) : line;
    }
  }
  return last;
}

}  // namespace plumbline::stack
