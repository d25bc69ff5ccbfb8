#include "faults/command_control.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "plumbline/net/child_process.h"

namespace plumbline::load {
namespace {

constexpr Duration kCommandWithin = std::chrono::seconds{60};

// Its output goes where the generator's goes: people look there when a command fails.
boost::system::result<void, ControlError> run(const std::string& command, const std::string& role,
                                              const std::string& of, std::uint64_t seed) {
  net::ChildProcess::Options options;
  options.command = {"/bin/sh", "-c", command, "plumbline", role, of, std::to_string(seed)};
  auto started = net::ChildProcess::start(options);
  if (!started) {
    return ControlError{started.error()};
  }
  net::ChildProcess child = std::move(*started);
  const Time deadline = steady_now() + kCommandWithin;
  static_cast<void>(child.wait_for_line("\x01", kCommandWithin));  // until it ends: no line begins so
  while (child.running() && steady_now() < deadline) {
    ::poll(nullptr, 0, 2);
  }
  if (child.running()) {
    return ControlError{"'" + command + "' did not end within a minute"};
  }
  const int status = child.stop(std::chrono::seconds{1});
  if (status != 0) {
    return ControlError{"'" + command + "' ended with status " + std::to_string(status)};
  }
  return {};
}

}  // namespace

CommandControl::CommandControl(std::map<std::string, std::string> commands) : commands_(std::move(commands)) {}

const std::string* CommandControl::command_for(const std::string& action, const std::string& role) const {
  auto found = commands_.find(action + " " + role);
  if (found == commands_.end()) {
    found = commands_.find(action);
  }
  return found == commands_.end() ? nullptr : &found->second;
}

boost::system::result<Injection, ControlError> CommandControl::inject(const PlannedFault& fault) {
  const std::string action(to_string(fault.action));
  const std::string role(to_string(fault.role));
  const std::string* command = command_for(action, role);
  if (command == nullptr) {
    return ControlError{"the target file has no command to " + action + " " + role};
  }
  const Time at = steady_now();
  const auto done = run(*command, role, fault.of, fault.seed);
  if (!done) {
    return done.error();
  }
  return Injection{at, fault.of.empty() ? role : fault.of, 0};
}

boost::system::result<void, ControlError> CommandControl::undo(const PlannedFault& fault, const std::string& process) {
  const std::string role(to_string(fault.role));
  const std::string* command = command_for(fault.action == FaultAction::freeze ? "thaw" : "start", role);
  return command == nullptr ? boost::system::result<void, ControlError>{} : run(*command, role, process, fault.seed);
}

boost::system::result<void, ControlError> CommandControl::heal() {
  return run(commands_.at("heal"), "", "", 0);
}

std::vector<ControlEvent> CommandControl::events(Time deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_now()).count();
  ::poll(nullptr, 0, static_cast<int>(std::clamp<long long>(left, 0, 1000)));
  return {};
}

}  // namespace plumbline::load
