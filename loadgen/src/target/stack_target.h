// `plumbline stack` as the target: started as a child, its ready line read. Stage: target.
#pragma once

#include <string>

#include "target/running_target.h"

namespace plumbline::load {

[[nodiscard]] boost::system::result<RunningTarget, TargetError> start_stack(const Target& target,
                                                                            const Options& options,
                                                                            const std::string& log_file);

// The JSON of its ready line. The error is one sentence.
[[nodiscard]] boost::system::result<RunningTarget, TargetError> read_ready_line(const std::string& json);

// Data directories of brokers and databases go, hundreds of megabytes; logs and configuration stay.
void prune_stack(const std::string& dir);

}  // namespace plumbline::load
