// A recorded take as a Python script that plays the same bytes to any server: needs neither this program nor packages.
// Stage: output.
#pragma once

#include <string>
#include <string_view>

#include "evidence/entry.h"

namespace plumbline::conform {

// What is said at the top of the script: clause, expected, observed; lines without line ends inside.
struct ScriptWords {
  std::string clause, title, expected, observed;
};

// Session ids that the server gave are taken from what it gives this time; the address too. Pure.
[[nodiscard]] std::string replay_script(const Take& take, const ScriptWords& words);

// `b"..."` of Python; long stretches of repeated bytes are shortened. Exposed for its test.
[[nodiscard]] std::string python_bytes(std::string_view bytes);

}  // namespace plumbline::conform
