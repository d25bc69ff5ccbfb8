// Faults by the shell commands of a target file: for targets that are not ours. Stage: faults.
#pragma once

#include <map>
#include <string>

#include "faults/control_port.h"

namespace plumbline::load {

// Commands are run by `sh -c` with $1 the role, $2 the process that the scenario names (may be empty), $3 the seed.
// One that does not end within a minute, or ends with a status other than 0, has failed.
class CommandControl final : public ControlPort {
 public:
  // "kill" or "kill redis-master" -> command, as Target::control; the narrower one wins. "heal" must be there.
  explicit CommandControl(std::map<std::string, std::string> commands);

  boost::system::result<Injection, ControlError> inject(const PlannedFault& fault) override;
  // By "thaw" or "start" where the target file has them, else left to heal().
  boost::system::result<void, ControlError> undo(const PlannedFault& fault, const std::string& process) override;
  boost::system::result<void, ControlError> heal() override;
  std::vector<ControlEvent> events(Time deadline) override;
  void release() override {}

 private:
  [[nodiscard]] const std::string* command_for(const std::string& action, const std::string& role) const;

  std::map<std::string, std::string> commands_;
};

}  // namespace plumbline::load
