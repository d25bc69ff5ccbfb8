// Hand-written results: one of every kind of page.
#pragma once

#include "plumbline/history/run_result.h"

namespace plumbline::render {

[[nodiscard]] history::RunResult passing_run();
[[nodiscard]] history::RunResult failing_run();
[[nodiscard]] history::RunResult faulted_run();
[[nodiscard]] history::RunResult invalid_run();
[[nodiscard]] history::RunResult conform_run();

// Ends scripts, attributes, comments, cells and code spans; holds bytes that are no UTF-8 and no XML.
inline constexpr const char* kHostile = "</script>]]>--><b a='x' b=\"y\">&amp; | `t` \x01\xff\xC3( @all\nnext";

}  // namespace plumbline::render
