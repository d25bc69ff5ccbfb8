#include "advice/verbs.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <optional>

#include "advice/advice.h"
#include "plumbline/conform/verb.h"
#include "target/choose.h"

namespace plumbline::conform {
namespace {

struct Request {
  std::string target;
  bool json{false};
  std::optional<int> exit;
};

int refuse(ExitCode code, const std::string& verb, const std::string& sentence) {
  std::cerr << "plumbline " << verb << ": " << sentence << '\n';
  return to_int(code);
}

Request read_request(const std::string& verb, const std::string& about, bool needs_target,
                     const std::vector<std::string>& args) {
  Request request;
  CLI::App app{about, "plumbline " + verb};
  auto* target = app.add_option("--target", request.target, "URL of a running server, or a target file");
  target->required(needs_target);
  if (!needs_target) {
    app.add_flag("--json", request.json, "Print JSON and nothing else on stdout");
  }
  app.footer("\n" + std::string(exit_code_help()));
  try {
    std::vector<std::string> backwards(args.rbegin(), args.rend());  // CLI11 takes the last word first
    app.parse(std::move(backwards));
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    request.exit = to_int(ExitCode::ok);
  } catch (const CLI::ParseError& error) {
    request.exit = refuse(ExitCode::usage, verb, std::string(error.what()) + "; see plumbline " + verb + " --help");
  }
  return request;
}

}  // namespace

int init_verb(const std::vector<std::string>& args) {
  const Request request = read_request(
      "conform init", "Asks a running server what it is and prints a target file to start from.", true, args);
  if (request.exit) {
    return *request.exit;
  }
  const SteadyClock clock;
  Chosen chosen;
  if (const auto halt = choose_target(request.target, {}, clock, chosen)) {
    return refuse(halt->code, "conform init", halt->sentence);
  }
  std::cout << target_file(chosen.target);
  return to_int(ExitCode::ok);
}

int doctor(const std::vector<std::string>& args) {
  const Request request = read_request("doctor",
                                       "Tells which clauses a target cannot be judged on as it is configured, and "
                                       "what would change that: 0 when there are none, else 4.",
                                       false, args);
  if (request.exit) {
    return *request.exit;
  }
  const SteadyClock clock;
  Chosen chosen;
  if (const auto halt = choose_target(request.target, {}, clock, chosen)) {
    return refuse(halt->code, "doctor", halt->sentence);
  }
  const LoadedCatalogue loaded = load_catalogue(embedded_spec());
  const Advice advice = advise(loaded.catalogue, chosen.target);
  std::cout << (request.json ? advice_json : advice_text)(chosen.target, advice);
  return to_int(advice.needs.empty() ? ExitCode::ok : ExitCode::no_judgement);
}

}  // namespace plumbline::conform
