// How faults are done to a target and undone: a port, blocking, used by the fault driver's thread alone. Stage: faults.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plan/fault_plan.h"
#include "plumbline/base/clock.h"
#include "plumbline/base/result.h"

namespace plumbline::load {

struct Injection {
  Time at{};            // right before it took effect
  std::string process;  // who had the role
  int pid{0};
};

struct ControlError {
  std::string sentence;
};
[[noreturn]] void throw_exception_from_error(const ControlError& error, const boost::source_location& location);

// Something that happened to a part of the target: down, up, ready, switched, elected.
struct ControlEvent {
  std::string what, process, role;
  Time at{};
};

class ControlPort {
 public:
  virtual ~ControlPort() = default;
  [[nodiscard]] virtual boost::system::result<Injection, ControlError> inject(const PlannedFault& fault) = 0;
  // Takes back one fault: thaws or starts its process. Does not wait until it works.
  [[nodiscard]] virtual boost::system::result<void, ControlError> undo(const PlannedFault& fault,
                                                                       const std::string& process) = 0;
  // Thaws and starts everything; returns when everything accepts work again, an error after about a minute.
  [[nodiscard]] virtual boost::system::result<void, ControlError> heal() = 0;
  // What has happened since the last call. Waits for it until `deadline`.
  [[nodiscard]] virtual std::vector<ControlEvent> events(Time deadline) = 0;
  // The target shall no longer heal everything when this end goes away.
  virtual void release() = 0;
};

}  // namespace plumbline::load
