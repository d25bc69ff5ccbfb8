// The verb: options -> catalogue -> target -> runner -> judge -> run directory and terminal.
#include "plumbline/conform/verb.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

#include "advice/verbs.h"
#include "catalogue/catalogue.h"
#include "catalogue/spec_pages.h"
#include "expectations/read.h"
#include "options.h"
#include "output/run_files.h"
#include "output/run_summary.h"
#include "plumbline/base/clock.h"
#include "plumbline/base/exit_code.h"
#include "plumbline/base/random.h"
#include "runner/runner.h"
#include "selection.h"
#include "stored/verbs.h"
#include "subject_client/own_client.h"
#include "subject_client/program.h"
#include "target/choose.h"
#include "target/probe.h"
#include "target/process_tree.h"

namespace plumbline::conform {
namespace {

constexpr Duration kBackplaneWithin = std::chrono::seconds{5};
constexpr std::size_t kClientsAtATime = 2;  // each is a process of its own that has to start

std::atomic<bool> g_interrupted{false};  // the only thing a signal handler may touch

// From here on SIGINT and SIGTERM end the run early, with a report; the second one ends it at once.
void end_early_on_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) {
    g_interrupted = true;
  };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is told like a full disk
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

// Thousands of sessions take a descriptor each, here and in a server that we start. The soft limit is ours to raise.
void take_all_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

// Our own server is started again, and one whose target file says how; another one may have a supervisor that does so.
std::function<bool(Target&)> reviver(const std::shared_ptr<Chosen>& chosen, const Options& options,
                                     const Clock& clock) {
  return [chosen, options, &clock](Target& target) {
    if (chosen->started != nullptr) {
      return chosen->started->restart(target.endpoint, clock);
    }
    if (chosen->own == nullptr) {
      const Time deadline = clock.now() + kReachableWithin;
      while (clock.now() < deadline) {
        if (accepts_connections(target.endpoint, clock, std::chrono::milliseconds{500})) {
          return true;
        }
        pause(target.endpoint, clock, std::chrono::milliseconds{100});
      }
      return false;
    }
    const auto redis = std::dynamic_pointer_cast<OwnRedis>(chosen->backplane);
    if (redis != nullptr && !bring_up(*redis, kBackplaneWithin)) {
      return false;
    }
    auto own =
        OwnServer::start(*own_variant(options.own.variant), options.own.mutant, redis == nullptr ? "" : redis->url());
    if (!own) {
      return false;
    }
    *chosen->own = std::move(*own);
    target.endpoint = chosen->own->target().endpoint;
    target.nodes = chosen->own->target().nodes;
    return true;
  };
}

// Who can see the process of the target, stop it and start it.
std::unique_ptr<TargetProcess> process_of(const std::shared_ptr<Chosen>& chosen, const Clock& clock) {
  ProcessOfTarget::Means means;
  means.pid = [chosen]() -> std::optional<pid_t> {
    if (!chosen->pid_file.empty()) {
      return pid_in_file(chosen->pid_file);
    }
    if (chosen->own != nullptr) {
      return chosen->own->pid();
    }
    return chosen->started != nullptr ? chosen->started->pid() : std::nullopt;
  };
  means.stop = [chosen] {
    if (chosen->own != nullptr) {
      chosen->own->ask_to_end();
      return true;
    }
    return chosen->started != nullptr && chosen->started->ask_to_end();
  };
  means.start = [chosen, &clock] {
    if (chosen->own != nullptr) {
      return chosen->own->start_again();
    }
    return chosen->started != nullptr && chosen->started->restart(chosen->target.endpoint, clock);
  };
  means.stop_backplane = [chosen] {
    return chosen->backplane != nullptr && chosen->backplane->stop();
  };
  means.start_backplane = [chosen] {
    return chosen->backplane != nullptr && chosen->backplane->start();
  };
  return std::make_unique<ProcessOfTarget>(std::move(means));
}

std::optional<Halt> choose(const Options& options, const Clock& clock, Chosen& into) {
  if (options.subject == "client") {
    return choose_client(options.target, into);
  }
  return choose_target(options.target, options.own, clock, into);
}

// Where nothing is asked for: all, or what a variant of our own server is for.
const std::vector<std::string>& asked_ids(const Options& options) {
  const bool own = options.task == Options::Task::run && options.subject == "server" && options.target.empty();
  return options.ids.empty() && own ? own_variant(options.own.variant)->clauses : options.ids;
}

RunFacts facts_of(const Options& options, const Selection& selection, const Chosen& chosen, const Clock& clock) {
  RunFacts facts;
  facts.judge = this_judge();
  facts.environment = this_machine();
  facts.seed = options.seed.value_or(entropy_seed() % 100'000);
  facts.started_at = iso8601(clock.wall_now());
  facts.target_words = chosen.words;
  facts.asked = selection.asked;
  facts.selection = !asked_ids(options).empty();
  facts.profile = options.subject == "client" ? "client" : options.profile;
  facts.target = chosen.target;
  return facts;
}

// What is known of the target: the file that was asked for, or the one that its target file names.
std::optional<Halt> take_expectations(const Options& options, const Catalogue& catalogue, const Clock& clock,
                                      Chosen& chosen, std::vector<Expectation>& into) {
  const std::string file = options.expectations.empty() ? chosen.expectations : options.expectations;
  if (file.empty()) {
    return std::nullopt;
  }
  if (!options.expectations.empty()) {
    chosen.words += (chosen.words.empty() ? "" : " ") + ("--expectations " + file);
  }
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  if (!stream) {
    return Halt{ExitCode::usage, "cannot read the expectations file " + file};
  }
  ReadExpectations read = read_expectations(file, text.str(), catalogue, chosen.target.name, clock.wall_now());
  if (!read.errors.empty()) {
    return Halt{ExitCode::usage, fmt::format("{}", fmt::join(read.errors, "\n"))};
  }
  into = std::move(read.expectations);
  return std::nullopt;
}

RunSummary judge(const Options& options, const Catalogue& catalogue, const Selection& selection,
                 const std::shared_ptr<Chosen>& chosen, RunRecord& record, RunFacts facts, const history::RunDir& dir) {
  const SteadyClock clock;
  RunSummary summary;
  static_cast<RunFacts&>(summary) = std::move(facts);
  summary.catalogue = &catalogue;
  RunnerOptions runner;
  runner.seed = summary.seed;
  runner.recorder = &record;
  runner.revive = reviver(chosen, options, clock);
  const std::unique_ptr<TargetProcess> process = process_of(chosen, clock);
  runner.process = process.get();
  if (options.subject == "client") {
    runner.at_a_time = kClientsAtATime;
    const ClientCommand command{chosen->target.client_command, dir.path().string() + "/client.stderr"};
    runner.begin = [command](LiveMedium& medium, Take& take) {
      return begin_client(command, medium, take);
    };
  }
  runner.interrupted = [&record] {
    return g_interrupted.load() || record.failure().has_value();
  };
  const Time start = clock.now();
  RunnerReport report = run_cases(catalogue, selection.cases, chosen->target, clock, runner);
  summary.end.seconds = to_ms(clock.now() - start) / 1000.0;
  summary.end.worst_lag_ns = report.worst_lag.count();
  summary.end.target_lost = report.target_lost;
  summary.end.lost_during = report.lost_during;
  summary.end.interrupted = g_interrupted;
  summary.end.unwritable = record.failure().has_value();
  summary.runs = std::move(report.runs);
  conclude_run(summary);
  return summary;
}

int fail(const Halt& halt) {
  std::cerr << "plumbline conform: " << halt.sentence << '\n';
  return to_int(halt.code);
}

std::string where_the_report_is(const history::RunDir& dir, bool rendered) {
  return "report  " + (dir.path() / (rendered ? "report.html" : "summary.json")).string() + "\n";
}

int run_and_report(const Options& options, const Catalogue& catalogue, const Selection& selection) {
  end_early_on_signals();  // first: who sees the run directory may rely on the report
  take_all_descriptors();
  const SteadyClock clock;
  const auto chosen = std::make_shared<Chosen>();
  if (const auto halt = choose(options, clock, *chosen)) {
    return fail(*halt);
  }
  end_early_on_signals();
  std::vector<Expectation> expectations;
  if (const auto halt = take_expectations(options, catalogue, clock, *chosen, expectations)) {
    return fail(*halt);
  }
  const auto dir = history::RunDir::create(options.out, "conform", clock.wall_now());
  if (!dir) {
    return fail({ExitCode::setup_failed, dir.error().sentence});
  }
  RunFacts facts = facts_of(options, selection, *chosen, clock);
  facts.expectations = std::move(expectations);
  RunRecord record(*dir, facts);
  const RunSummary summary = judge(options, catalogue, selection, chosen, record, std::move(facts), *dir);
  const auto problem = write_run(*dir, record, summary);
  const bool rendered = render(*dir);
  if (options.json) {
    std::cout << history::to_json(to_run_result(summary)) << '\n';
  } else {
    std::cout << terminal_text(summary, options.verbose) << where_the_report_is(*dir, rendered);
  }
  if (problem) {
    return fail({ExitCode::setup_failed, *problem + "; what was judged before is in the report"});
  }
  return to_int(summary.exit_code);
}

int write_spec(const Options& options, const Catalogue& catalogue) {
  std::error_code error;
  std::filesystem::create_directories(options.out, error);
  for (const SpecPage& page : spec_pages(catalogue)) {
    const std::filesystem::path path = std::filesystem::path(options.out) / page.name;
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    if (!(file << page.text).flush()) {
      return fail({ExitCode::setup_failed, "cannot write " + path.string()});
    }
  }
  return to_int(ExitCode::ok);
}

}  // namespace

int run(const std::vector<std::string>& args) {
  if (!args.empty() && args.front() == "rejudge") {
    return rejudge_verb({args.begin() + 1, args.end()});
  }
  if (!args.empty() && args.front() == "compare") {
    return compare_verb({args.begin() + 1, args.end()});
  }
  if (!args.empty() && args.front() == "drive-client") {
    return drive_own_client({args.begin() + 1, args.end()});
  }
  if (!args.empty() && args.front() == "init") {
    return init_verb({args.begin() + 1, args.end()});
  }
  const ParsedOptions parsed = parse_options(args);
  if (parsed.exit) {
    return *parsed.exit;
  }
  const Options& options = parsed.options;
  const LoadedCatalogue loaded = load_catalogue(embedded_spec());
  if (!loaded.errors.empty()) {
    return fail({ExitCode::setup_failed, "the built-in catalogue is broken: " + loaded.errors.front()});
  }
  if (options.profile != "core") {
    return fail({ExitCode::usage, "unknown profile '" + options.profile + "'; this version knows: core"});
  }
  const auto selection = select(loaded.catalogue, asked_ids(options),
                                options.task == Options::Task::run ? std::string_view(options.subject) : "");
  if (!selection) {
    return fail({ExitCode::usage, selection.error()});
  }
  switch (options.task) {
    case Options::Task::list:
      std::cout << (options.json ? list_json : list_text)(loaded.catalogue, selection->asked);
      break;
    case Options::Task::explain:
      std::cout << (options.json ? explain_json : explain_text)(loaded.catalogue, selection->asked);
      break;
    case Options::Task::spec:
      return write_spec(options, loaded.catalogue);
    case Options::Task::run:
      if (selection->cases.empty()) {
        return fail({ExitCode::usage, fmt::format("no case of --subject {} judges {}; see plumbline conform explain {}",
                                                  options.subject, fmt::join(options.ids, ", "), options.ids.front())});
      }
      return run_and_report(options, loaded.catalogue, *selection);
  }
  return to_int(ExitCode::ok);
}

}  // namespace plumbline::conform
