#include "plumbline/render/render.h"

#include <algorithm>
#include <filesystem>

namespace plumbline::render {
namespace {

std::vector<std::string> files_in(const history::RunDir& dir) {
  std::vector<std::string> names;
  std::error_code error;
  for (auto it = std::filesystem::directory_iterator(dir.path(), error);
       !error && it != std::filesystem::directory_iterator(); it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.front() != '.' && name != "report.html") {
      names.push_back(it->is_directory(error) ? name + "/" : name);
    }
  }
  for (const FormatKind& kind : formats()) {  // those that this call may still have to write
    if (kind.format != Format::html && std::find(names.begin(), names.end(), kind.file) == names.end()) {
      names.emplace_back(kind.file);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string rendered(Format format, const history::RunDir& dir, const history::RunResult& result) {
  switch (format) {
    case Format::html:
      return to_html(result, files_in(dir), files_of_clauses(dir, result));
    case Format::markdown:
      return to_markdown(result);
    case Format::junit:
      return to_junit(result);
    case Format::json:
      break;
  }
  return history::to_json(result);
}

}  // namespace

const std::array<FormatKind, 4>& formats() {
  static constexpr std::array<FormatKind, 4> kinds{{{Format::json, "json", "summary.json"},
                                                    {Format::junit, "junit", "junit.xml"},
                                                    {Format::markdown, "md", "report.md"},
                                                    {Format::html, "html", "report.html"}}};
  return kinds;
}

std::optional<Format> format_from(std::string_view name) {
  for (const FormatKind& kind : formats()) {
    if (kind.name == name) {
      return kind.format;
    }
  }
  return std::nullopt;
}

boost::system::result<void, history::RunDirError> write_reports(const history::RunDir& dir,
                                                                const history::RunResult& result,
                                                                const std::vector<Format>& chosen) {
  for (const FormatKind& kind : formats()) {
    if (std::find(chosen.begin(), chosen.end(), kind.format) == chosen.end()) {
      continue;
    }
    const auto written = dir.write(kind.file, rendered(kind.format, dir, result));
    if (written.has_error()) {
      return written.error();
    }
  }
  return {};
}

boost::system::result<void, history::RunDirError> write_reports(const history::RunDir& dir,
                                                                const history::RunResult& result) {
  return write_reports(dir, result, {Format::json, Format::junit, Format::markdown, Format::html});
}

}  // namespace plumbline::render
