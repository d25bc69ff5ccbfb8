// The process behind a target: what it uses, and how it is stopped and started. Stage: wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "plumbline/base/clock.h"

namespace plumbline::conform {

// Of the target's process and everything that it started.
struct ProcessUse {
  std::uint64_t resident{0};     // bytes of memory
  std::uint64_t descriptors{0};  // open ones
  Duration cpu{};                // since it began

  bool operator==(const ProcessUse&) const = default;
};

// "resident 1024 descriptors 7 cpu 3000000", as evidence has it.
[[nodiscard]] std::string to_text(const ProcessUse& use);
[[nodiscard]] std::optional<ProcessUse> process_use_from(std::string_view text);

// Used from one thread, by one case at a time.
class TargetProcess {
 public:
  TargetProcess() = default;
  virtual ~TargetProcess() = default;
  TargetProcess(const TargetProcess&) = delete;
  TargetProcess& operator=(const TargetProcess&) = delete;

  [[nodiscard]] virtual std::optional<ProcessUse> use() = 0;  // nothing: it cannot be seen
  virtual bool stop() = 0;                                    // asks it to end, does not wait. False: nobody can
  virtual bool start() = 0;  // once it ended, at the same address; blocks until it answers
  // What joins the nodes of the target. Neither waits: true once it is done, else to be asked again.
  virtual bool stop_backplane() = 0;
  virtual bool start_backplane() = 0;
};

}  // namespace plumbline::conform
