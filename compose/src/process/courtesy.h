// Who has the processors while a process comes back and the others serve. On machines of their own the parts do not
// meet; here a broker's start would take most of two cores for six seconds, and what the load measures then is that
// start; and PostgreSQL, whose replay takes half a second of a processor, would wait for one six times as long while
// everybody waits for it (docs/adr/0015).
#pragma once

#include <sys/types.h>

namespace plumbline::stack {

// Leaves a process only the processor time that nobody else wants, and whatever wakes takes the processor from it at
// once. On a machine without such time it would never come back: for a bounded time only. Nothing when it could not be
// undone, which needs root or RLIMIT_NICE.
void stand_aside(pid_t pid);
// Lets it compete, at a lower priority. Nothing when the priority could not be given back.
void stand_back(pid_t pid);
// Raises it, and with it the processes that it starts. Nothing without the right to do so, which is root's.
void go_first(pid_t pid);
// All its threads, and the processes that it started, compete with the others again.
void step_forward(pid_t pid);

}  // namespace plumbline::stack
