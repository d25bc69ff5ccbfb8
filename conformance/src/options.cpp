#include "options.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <iostream>

#include "plumbline/base/exit_code.h"

namespace plumbline::conform {
namespace {

std::string footer() {
  return "\nExamples\n"
         "  plumbline conform                                     our own server, all clauses\n"
         "  plumbline conform --target http://127.0.0.1:4000      a running implementation\n"
         "  plumbline conform EIO-UP --target my.yaml -v          one area, with the reasons\n"
         "  plumbline conform --subject client --target c.yaml    a client, by a server that misbehaves\n"
         "  plumbline conform list                                every clause\n"
         "  plumbline conform explain EIO-UP-04                   what a clause demands\n"
         "  plumbline conform spec --out docs/spec                the catalogue as pages\n\n"
         "A URL alone cannot give exit 0: the heartbeat and the connect timeout that the server is configured with "
         "cannot\n"
         "be seen from outside, so that their clauses are NOT_APPLICABLE and the run is INCOMPLETE, 4. A target file "
         "(schema\n"
         "target/1) declares them; conformance/README.md shows one.\n\n" +
         std::string(exit_code_help());
}

// The library would take -1, and whatever is too large, for the largest number there is.
std::string whole_number(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  const bool right = error == std::errc{} && stop == end;
  return right ? "" : "must be a whole number from 0 to 18446744073709551615, not " + text;
}

std::vector<std::string> variant_names() {
  std::vector<std::string> names;
  for (const OwnVariant& variant : own_variants()) {
    names.emplace_back(variant.name);
  }
  return names;
}

void add_options(CLI::App& app, Options& into) {
  app.add_option("ID", into.ids, "Clauses or areas, such as EIO-UP-04 or EIO-UP; all of the profile without one");
  app.add_option("--target", into.target, "URL of a running server, or a target file (schema target/1)");
  app.add_option("--subject", into.subject, "What is judged: server, or client (our own without --target)")
      ->check(CLI::IsMember({"server", "client"}));
  app.add_option("--profile", into.profile, "Which clauses to judge: core");
  app.add_option("--out", into.out, "Run directory, new or empty (default reports/runs/conform/<UTC>/)");
  app.add_option("--seed", into.seed, "Seed of the order of the cases")->check(whole_number);
  app.add_option("--mutant", into.own.mutant, "Judge our own server with this deliberate fault");
  app.add_option("--variant", into.own.variant, "How our own server is configured; each shows other clauses")
      ->check(CLI::IsMember(variant_names()));
  app.add_option("--expectations", into.expectations,
                 "Known departures of the target (schema expectations/1): what differs from them, either way, exits 1");
  app.add_flag("--json", into.json,
               "Print JSON and nothing else on stdout: summary.json, or what list and explain tell");
  app.add_flag("-v,--verbose", into.verbose, "A line for every clause, with what was seen");
}

}  // namespace

ParsedOptions parse_options(const std::vector<std::string>& args) {
  ParsedOptions parsed;
  CLI::App app{"Judges an implementation of Engine.IO v4 and Socket.IO v5, clause by clause.",
               "plumbline conform [run|list|explain|spec]"};
  add_options(app, parsed.options);
  app.footer(footer());
  std::size_t skip = args.empty() ? 0 : 1;
  if (!args.empty() && args.front() == "list") {
    parsed.options.task = Options::Task::list;
  } else if (!args.empty() && args.front() == "explain") {
    parsed.options.task = Options::Task::explain;
  } else if (!args.empty() && args.front() == "spec") {
    parsed.options.task = Options::Task::spec;
  } else if (args.empty() || args.front() != "run") {
    skip = 0;
  }
  std::vector<std::string> words(args.rbegin(), args.rend() - static_cast<std::ptrdiff_t>(skip));  // CLI11: backwards
  try {
    app.parse(std::move(words));
    if (parsed.options.task == Options::Task::explain && parsed.options.ids.empty()) {
      throw CLI::ValidationError("explain needs the id of a clause");
    }
    if (parsed.options.task == Options::Task::spec && parsed.options.out.empty()) {
      throw CLI::ValidationError("spec needs --out DIR, the folder for the pages");
    }
    for (const std::string word : {"--mutant", "--variant"}) {
      if (app.count(word) > 0 && parsed.options.subject == "client") {
        throw CLI::ValidationError(word + " is for our own server and cannot be used with --subject client");
      }
      if (app.count(word) > 0 && !parsed.options.target.empty()) {
        throw CLI::ValidationError(word + " is for our own server and cannot be used with --target");
      }
    }
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    parsed.exit = to_int(ExitCode::ok);
  } catch (const CLI::ParseError& error) {
    std::cerr << "plumbline conform: " << error.what() << "; see plumbline conform --help\n";
    parsed.exit = to_int(ExitCode::usage);
  }
  return parsed;
}

}  // namespace plumbline::conform
