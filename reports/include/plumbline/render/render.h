// From a result to its four faces. Pure functions of the result: no clock, no file, no network.
#pragma once

#include <array>
#include <filesystem>
#include <map>
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

// What lies beside the words of a clause in the directory of a conformance run.
struct ClauseFiles {
  std::string timeline;  // evidence/<case>.log: what the case sent and saw, frame by frame; empty: there is none
  std::string script;    // reproduce/<case>.py, which plays it again; empty: there is none
};
using FilesOfClauses = std::map<std::string, ClauseFiles>;  // by clause id
// Reads them; only files inside of `evidence/` and `reproduce/` of the directory, however the result names them.
[[nodiscard]] FilesOfClauses files_of_clauses(const history::RunDir& dir, const history::RunResult& result);

// `raw_files`: names in the run directory, listed at the end of the page.
[[nodiscard]] std::string to_html(const history::RunResult& result, const std::vector<std::string>& raw_files,
                                  const FilesOfClauses& files = {});

// One conformance run beside others.
struct Column {
  history::RunResult result;
  FilesOfClauses files;
  std::string folder;  // link from the page to the run directory, with a slash at its end
};
// Clauses down, targets across, both sides of every difference behind a click.
[[nodiscard]] std::string to_matrix(const std::vector<Column>& columns);
// How a page at `page` names `dir` in a link.
[[nodiscard]] std::string folder_link(const std::filesystem::path& page, const std::filesystem::path& dir);

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
