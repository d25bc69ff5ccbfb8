// A process that comes back while the others serve leaves them the processors until it serves too. On machines of their
// own a broker's start costs nobody anything; here a Java process would take most of two cores for six seconds, and
// what the load measures then is that start.
#pragma once

#include <sys/types.h>

namespace plumbline::stack {

// Lowers the priority of a process that has just started: it has one thread. Nothing when the priority could not be
// given back, which needs root or RLIMIT_NICE.
void stand_back(pid_t pid);
// All its threads compete with the others again.
void step_forward(pid_t pid);

}  // namespace plumbline::stack
