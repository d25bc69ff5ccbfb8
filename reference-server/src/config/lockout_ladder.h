// Reads the value of --login-lockout-ladder.
#pragma once

#include <optional>
#include <string_view>

#include "backplane/login_lockout.h"

namespace plumbline::serve {

// `3:60s,5:5m`: failures and block (s, m or h; at most 24 h), failures ascending from 1, 1 to 16 steps; else nothing.
[[nodiscard]] std::optional<LockoutLadder> parse_lockout_ladder(std::string_view text);

}  // namespace plumbline::serve
