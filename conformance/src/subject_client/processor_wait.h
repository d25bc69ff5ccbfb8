// How long the program of a client under test was ready to run and had no processor. Stage: subject client.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>

#include "plumbline/base/clock.h"

namespace plumbline::conform {

// Reads /proc/PID/task/*/schedstat, whose second number is that wait in nanoseconds; the kernel adds to it when the
// wait ends (Documentation/scheduler/sched-stats.rst). Used by one thread at a time; blocks for some reads of /proc.
class ProcessorWait {
 public:
  // `processes` is /proc, or what stands for it in a test.
  explicit ProcessorWait(pid_t pid, const std::string& processes = "/proc");

  // Of all its threads together, since this was last asked, or since they began. Zero: it is gone, or the kernel does
  // not tell.
  [[nodiscard]] Duration more();

 private:
  std::string threads_;
  std::map<std::string, std::int64_t> known_;  // nanoseconds by thread
};

}  // namespace plumbline::conform
