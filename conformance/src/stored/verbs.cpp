#include "stored/verbs.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <optional>

#include "output/run_files.h"
#include "stored/compare.h"
#include "stored/rejudge.h"

namespace plumbline::conform {
namespace {

int fail(ExitCode code, std::string_view verb, const std::string& sentence) {
  std::cerr << "plumbline conform " << verb << ": " << sentence << '\n';
  return to_int(code);
}

struct Words {
  std::vector<std::string> dirs;
  bool json{false};
  std::optional<int> exit;
};

Words parse(const std::string& verb, const std::string& about, std::size_t dirs, const std::vector<std::string>& args) {
  Words words;
  CLI::App app{about, "plumbline conform " + verb};
  app.add_option("DIR", words.dirs, "Run directory, as printed after `report`")
      ->required()
      ->expected(static_cast<int>(dirs));
  app.add_flag("--json", words.json, "Print JSON and nothing else on stdout");
  app.footer("\n" + std::string(exit_code_help()));
  try {
    std::vector<std::string> backwards(args.rbegin(), args.rend());  // CLI11 takes the last word first
    app.parse(std::move(backwards));
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    words.exit = to_int(ExitCode::ok);
  } catch (const CLI::ParseError& error) {
    words.exit = fail(ExitCode::usage, verb, std::string(error.what()) + "; see plumbline conform " + verb + " --help");
  }
  return words;
}

void print(std::string_view title, const std::vector<std::string>& sentences) {
  for (const std::string& sentence : sentences) {
    std::cout << fmt::format("{:<9} {}\n", title, sentence);
  }
}

void print(const StoredRun& stored, const Rejudged& result) {
  std::cout << terminal_text(result.summary, false);
  print("note", result.notes);
  print("altered", result.altered);
  print("unclear", result.departures);
  print("differs", result.differences);
  if (!stored.end) {
    std::cout << fmt::format("the run was cut off: {} cases of it are recorded\n", stored.cases.size());
  } else if (result.exit_code() == ExitCode::ok) {
    std::cout << fmt::format("rejudged  {} cases, {} verdicts: the same as stored, bit for bit\n", stored.cases.size(),
                             stored.verdicts.size());
  }
}

int judge_again(const StoredRun& stored, bool as_json) {
  const LoadedCatalogue loaded = load_catalogue(embedded_spec());
  const Rejudged result = rejudge(loaded.catalogue, stored);
  if (as_json) {
    std::cout << history::to_json(to_run_result(result.summary));
  } else {
    print(stored, result);
  }
  return to_int(stored.end ? result.exit_code() : ExitCode::no_judgement);
}

struct Unreadable {
  ExitCode code;
  std::string sentence;
};

std::optional<Unreadable> read_summary(const std::string& path, history::RunResult& into) {
  const auto dir = history::RunDir::open(path);
  if (!dir) {
    return Unreadable{ExitCode::usage, dir.error().sentence};
  }
  const auto json = dir->read("summary.json");
  if (!json) {
    std::error_code ignored;
    if (std::filesystem::exists(dir->path() / history::RunDir::kMarker, ignored)) {
      return Unreadable{ExitCode::no_judgement,
                        path + " is incomplete: the run was cut off before it wrote summary.json; run it again"};
    }
    return Unreadable{ExitCode::usage, path + " is no run directory: it has no summary.json"};
  }
  const auto result = history::run_result_from_json(*json);
  if (!result) {
    return Unreadable{ExitCode::usage, path + ": " + result.error().sentence};
  }
  if (result->verb != "conform") {
    return Unreadable{ExitCode::usage, path + " is a run of `" + result->verb + "`, not of `conform`"};
  }
  into = result.value();
  return std::nullopt;
}

}  // namespace

int rejudge_verb(const std::vector<std::string>& args) {
  const Words words = parse("rejudge",
                            "Draws the verdicts of a stored run again, from its evidence alone: 0 when they are the "
                            "same, 1 when not, 4 when the evidence was altered, cut off, or is of another version.",
                            1, args);
  if (words.exit) {
    return *words.exit;
  }
  const auto dir = history::RunDir::open(words.dirs.front());
  if (!dir) {
    return fail(ExitCode::usage, "rejudge", dir.error().sentence);
  }
  const auto stored = read_run(*dir);
  if (!stored) {
    return fail(ExitCode::usage, "rejudge", stored.error());
  }
  return judge_again(*stored, words.json);
}

int compare_verb(const std::vector<std::string>& args) {
  const Words words = parse(
      "compare", "Tells which verdicts changed from the first run to the second: 0 when none got worse.", 2, args);
  if (words.exit) {
    return *words.exit;
  }
  std::vector<history::RunResult> runs;
  for (const std::string& path : words.dirs) {
    if (const auto problem = read_summary(path, runs.emplace_back())) {
      return fail(problem->code, "compare", problem->sentence);
    }
  }
  const Comparison comparison = compare(runs[0], runs[1]);
  std::cout << (words.json ? comparison_json : comparison_text)(comparison);
  return to_int(comparison.exit_code());
}

}  // namespace plumbline::conform
