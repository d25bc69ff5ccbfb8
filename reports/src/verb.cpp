// plumbline report [render] DIR [--format html,md,junit,json] [--json] | DIR DIR... --out FILE
#include "plumbline/report/verb.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>

#include "plumbline/base/exit_code.h"
#include "plumbline/history/run_dir.h"
#include "plumbline/history/run_result.h"
#include "plumbline/render/render.h"

namespace plumbline::report {
namespace {

int stop(ExitCode code, const std::string& sentence) {
  std::cerr << "plumbline report: " << sentence << '\n';
  return to_int(code);
}

// "html,md" -> formats; the name that is none of them in `unknown`.
std::vector<render::Format> chosen_formats(const std::vector<std::string>& names, std::string& unknown) {
  std::vector<render::Format> chosen;
  for (const std::string& name : names) {
    const auto format = render::format_from(name);
    if (!format) {
      unknown = name;
      return {};
    }
    chosen.push_back(*format);
  }
  return chosen;
}

// The code to end with, when the directory holds no complete run; else `into` is its result.
int read_result(const std::string& path, std::optional<history::RunDir>& dir, history::RunResult& into) {
  const auto opened = history::RunDir::open(path);
  if (opened.has_error()) {
    return stop(ExitCode::usage, opened.error().sentence);
  }
  std::error_code error;
  if (!std::filesystem::exists(opened->path() / "summary.json", error)) {
    if (std::filesystem::exists(opened->path() / history::RunDir::kMarker, error)) {
      return stop(ExitCode::no_judgement,
                  path + " is incomplete: the run was cut off before it wrote summary.json; run it again");
    }
    return stop(ExitCode::usage, path + " is no run directory: it has no summary.json");
  }
  const auto json = opened->read("summary.json");
  if (json.has_error()) {
    return stop(ExitCode::setup_failed, json.error().sentence);
  }
  const auto result = history::run_result_from_json(json.value());
  if (result.has_error()) {
    return stop(ExitCode::usage, path + ": " + result.error().sentence);
  }
  dir = opened.value();
  into = result.value();
  return 0;
}

// Several runs of `conform` side by side.
int render_matrix(const std::vector<std::string>& paths, const std::string& out) {
  std::vector<render::Column> columns;
  for (const std::string& path : paths) {
    std::optional<history::RunDir> dir;
    render::Column column;
    const int problem = read_result(path, dir, column.result);
    if (problem != 0 || !dir) {
      return problem;
    }
    if (column.result.verb != "conform") {
      return stop(ExitCode::usage,
                  path + " is a run of `" + column.result.verb + "`; only those of `conform` share a page");
    }
    column.files = render::files_of_clauses(*dir, column.result);
    column.folder = render::folder_link(out, dir->path());
    columns.push_back(std::move(column));
  }
  std::ofstream file(out, std::ios::binary | std::ios::trunc);
  if (!(file << render::to_matrix(columns)).flush()) {
    return stop(ExitCode::setup_failed, "cannot write " + out);
  }
  std::cout << out << '\n';
  return to_int(ExitCode::ok);
}

int render_dir(const std::string& path, const std::vector<render::Format>& chosen, bool as_json) {
  std::optional<history::RunDir> dir;
  history::RunResult result;
  if (const int problem = read_result(path, dir, result); problem != 0 || !dir) {
    return problem;
  }
  const auto written = render::write_reports(*dir, result, chosen);
  if (written.has_error()) {
    return stop(ExitCode::setup_failed, written.error().sentence);
  }
  if (as_json) {
    std::cout << history::to_json(result) << '\n';
    return to_int(ExitCode::ok);
  }
  for (const render::FormatKind& kind : render::formats()) {
    if (std::find(chosen.begin(), chosen.end(), kind.format) != chosen.end()) {
      std::cout << (dir->path() / kind.file).string() << '\n';
    }
  }
  return to_int(ExitCode::ok);
}

}  // namespace

int run(const std::vector<std::string>& args) {
  std::vector<std::string> words = args;
  if (!words.empty() && words.front() == "render") {
    words.erase(words.begin());
  }
  CLI::App app("Render a run directory again. Prints the files it wrote, one a line.", "plumbline report [render]");
  std::vector<std::string> dirs;
  std::string out;
  std::vector<std::string> names{"html", "md", "junit"};
  app.add_option("DIR", dirs, "run directory, as printed after `report` by load and conform")->required();
  app.add_option("--out", out, "with several runs of conform: the page that shows them side by side");
  app.add_option("--format", names, "html, md, junit, json; several with commas")->delimiter(',');
  bool as_json = false;
  app.add_flag("--json", as_json, "print the summary as JSON and nothing else on stdout");
  app.footer(
      "Examples:\n  plumbline report reports/runs/smoke/latest\n"
      "  plumbline report render reports/runs/smoke/latest --format md\n"
      "  plumbline report before after --out matrix.html     clauses down, targets across\n\n" +
      std::string(exit_code_help()));
  std::reverse(words.begin(), words.end());  // CLI11 takes the last word first
  try {
    app.parse(words);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return to_int(ExitCode::ok);
  } catch (const CLI::ParseError& problem) {
    return stop(ExitCode::usage, std::string(problem.what()) + "; see plumbline report --help");
  }
  std::string unknown;
  const std::vector<render::Format> chosen = chosen_formats(names, unknown);
  if (!unknown.empty() || chosen.empty()) {
    return stop(ExitCode::usage, "unknown format '" + unknown + "'; choose among html, md, junit, json");
  }
  if (!out.empty()) {
    return render_matrix(dirs, out);
  }
  if (dirs.size() > 1) {
    return stop(ExitCode::usage, "several runs go on one page: name it with --out FILE.html");
  }
  return render_dir(dirs.front(), chosen, as_json);
}

}  // namespace plumbline::report
