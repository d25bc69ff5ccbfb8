#include "target/started_target.h"

#include <signal.h>

#include "target/probe.h"

namespace plumbline::conform {
namespace {

constexpr Duration kStopsWithin = std::chrono::seconds{10};
constexpr Duration kGrace = std::chrono::seconds{2};
constexpr Duration kOneTry = std::chrono::seconds{1};

}  // namespace

net::ChildProcess::Options StartedTarget::shell(const std::string& command) const {
  net::ChildProcess::Options options;
  options.command = {"/bin/sh", "-c", command};
  options.stdout_file = "/dev/null";  // a pipe that nobody reads would block it
  options.directory = folder_;
  return options;
}

void StartedTarget::stop() {
  if (!control_.stop.empty()) {
    if (auto command = net::ChildProcess::start(shell(control_.stop))) {
      (void)command->ended_within(kStopsWithin);
      (void)command->stop(kGrace);
    }
  }
  if (child_) {
    child_->signal(SIGCONT);  // a frozen one would not hear the next
    (void)child_->stop(kGrace);
    child_.reset();
  }
}

std::optional<pid_t> StartedTarget::pid() const {
  return child_ ? std::optional(child_->pid()) : std::nullopt;
}

bool StartedTarget::ask_to_end() {
  if (!child_) {
    return false;
  }
  if (control_.stop.empty()) {
    child_->signal(SIGTERM);
    return true;
  }
  auto command = net::ChildProcess::start(shell(control_.stop));
  if (command) {
    stopping_ = std::move(*command);
  }
  return bool{command};
}

StartedTarget::~StartedTarget() {
  if (started_) {
    stop();
  }
}

bool StartedTarget::restart(const Endpoint& endpoint, const Clock& clock) {
  if (child_) {
    (void)child_->ended_within(stopping_ ? kStopsWithin : Duration::zero());
    stopping_.reset();
  }
  stop();
  auto child = net::ChildProcess::start(shell(control_.start));
  if (!child) {
    return false;
  }
  child_ = std::move(*child);
  started_ = true;
  const Time deadline = clock.now() + kStartsWithin;
  while (clock.now() < deadline) {
    if (answers(endpoint, clock, kOneTry)) {
      return true;
    }
    pause(endpoint, clock, std::chrono::milliseconds{50});
  }
  return false;
}

}  // namespace plumbline::conform
