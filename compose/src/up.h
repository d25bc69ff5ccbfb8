// `plumbline stack up`: claims a directory and ports, makes everything ready and hands over to the supervisor.
#pragma once

#include "options.h"

namespace plumbline::stack {

[[nodiscard]] int up(const Options& options);

}  // namespace plumbline::stack
