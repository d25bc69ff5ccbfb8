// From a result to its four faces. Pure functions of the result: no clock, no file, no network.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plumbline/history/run_dir.h"
#include "plumbline/history/run_result.h"

namespace plumbline::render {

enum class Format { html, markdown, junit, json };

struct FormatKind {
  Format format;
  std::string_view name;  // on the command line
  std::string_view file;  // in the run directory
};
[[nodiscard]] const std::array<FormatKind, 4>& formats();
[[nodiscard]] std::optional<Format> format_from(std::string_view name);

// `raw_files`: names in the run directory, listed at the end of the page.
[[nodiscard]] std::string to_html(const history::RunResult& result, const std::vector<std::string>& raw_files);
[[nodiscard]] std::string to_markdown(const history::RunResult& result);
[[nodiscard]] std::string to_junit(const history::RunResult& result);

// Writes the chosen files into the run directory, summary.json first: whatever goes wrong later, the run is complete.
[[nodiscard]] boost::system::result<void, history::RunDirError> write_reports(const history::RunDir& dir,
                                                                              const history::RunResult& result,
                                                                              const std::vector<Format>& chosen);
// All four: what `load` and `conform` do at their end.
[[nodiscard]] boost::system::result<void, history::RunDirError> write_reports(const history::RunDir& dir,
                                                                              const history::RunResult& result);

}  // namespace plumbline::render
