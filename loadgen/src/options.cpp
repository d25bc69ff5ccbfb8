#include "options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <iostream>

#include "plumbline/base/exit_code.h"
#include "scenario/units.h"

namespace plumbline::load {
namespace {

std::string footer() {
  return "\nExamples\n"
         "  plumbline load scenarios/smoke.yaml\n"
         "  plumbline load scenarios/chat-steady.yaml --plan\n"
         "  plumbline load scenarios/smoke.yaml --target http://127.0.0.1:3000 --jwt-key key.pem --out out/run-1\n\n" +
         std::string(exit_code_help());
}

void add_options(CLI::App& app, Options& into) {
  app.add_option("scenario", into.scenario, "Scenario file (YAML)")->required();
  app.add_option("--target", into.target, "URL of a running server, or a target file; without it the scenario decides");
  app.add_option("--out", into.out, "Run directory, new or empty (default reports/runs/<name>/<UTC>/)");
  app.add_option("--seed", into.seed, "Seed instead of the scenario's")
      ->check([](const std::string& word) {  // as text: a number type would let -1 wrap to 18446744073709551615
        return parse_count(word) ? std::string{} : "'" + word + "' is not a whole number of 0 or more";
      });
  app.add_option_function<std::string>(
         "--duration", [&into](const std::string& word) { into.duration = parse_duration(word); },
         "Length of the scenario's longest phase instead of its own, such as 60s; its faults follow")
      ->check([](const std::string& word) {
        const auto length = parse_duration(word);
        return length && *length >= std::chrono::seconds{1} ? std::string{} : "'" + word + "' is no time such as 60s";
      });
  app.add_option_function<std::string>(
         "--settle", [&into](const std::string& word) { into.settle = parse_duration(word); },
         "Wait so long at most for what is missing after the load (default 15s, with faults 120s)")
      ->check([](const std::string& word) {
        return parse_duration(word) ? std::string{} : "'" + word + "' is no time such as 20s";
      });
  app.add_option("--jwt-key", into.jwt_key,
                 "RS256 private key (PEM) that the target trusts; users are tokens signed by it");
  app.add_option("--mutant", into.mutant,
                 "Start the embedded server, or the stack's instances, with this deliberate fault");
  app.add_flag("--plan", into.plan, "Print the offered load and every default, send nothing");
  app.add_flag("--json", into.json, "Print summary.json (with --plan: plan.json) and nothing else on stdout");
}

}  // namespace

std::string shell_word(const std::string& word) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view{"_-./:=@%+,"}.find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) {
    return word;
  }
  std::string quoted = "'";
  for (const char c : word) {
    quoted += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
  }
  return quoted + "'";
}

ParsedOptions parse_options(const std::vector<std::string>& args) {
  ParsedOptions parsed;
  CLI::App app{"Plays a scenario against a target, checks every message, and judges the run.", "plumbline load [run]"};
  add_options(app, parsed.options);
  app.footer(footer());
  // `load run X` and `load X` are the same command.
  const bool explicit_run = !args.empty() && args.front() == "run";
  std::vector<std::string> words(args.rbegin(), args.rend() - (explicit_run ? 1 : 0));  // CLI11 takes them backwards
  try {
    app.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    parsed.exit = to_int(ExitCode::ok);
  } catch (const CLI::ParseError& error) {
    std::cerr << "plumbline load: " << error.what() << "; see plumbline load --help\n";
    parsed.exit = to_int(ExitCode::usage);
  }
  return parsed;
}

}  // namespace plumbline::load
