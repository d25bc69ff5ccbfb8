#include "options.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace plumbline::stack {
namespace {

constexpr int kMostInstances = 16;

void describe_up(CLI::App& app, Options& options, std::string& profile) {
  CLI::App* up = app.add_subcommand("up", "start a stack and keep it until SIGTERM, Ctrl-C or `stack down`");
  up->add_option("--dir", options.dir, "directory of this stack: new, empty, or of a stack that ended")->required();
  up->add_option("--profile", profile, "full: 3 brokers, 2 Redis, 3 Sentinels; minimal: one of each")
      ->check(CLI::IsMember({"minimal", "full"}))
      ->capture_default_str();
  up->add_option("--instances", options.instances, "instances of `plumbline serve`")
      ->check(CLI::Range(0, kMostInstances))
      ->capture_default_str();
  up->add_option("--front-port", options.front_port, "port of the front; any free one by default");
  up->add_option("--serve-arg", options.serve_words, "one more word for the command line of each instance; repeatable")
      ->expected(1)
      ->take_all();
  up->add_flag("--detach", options.detach, "return when the stack is ready");
  up->add_flag("--json", options.json, "nothing on stdout but the line of JSON");
  up->add_flag("--embedded", options.embedded, "instances without the backends")->group("");
  up->callback([&options] { options.verb = Options::Verb::up; });
}

void describe_rest(CLI::App& app, Options& options) {
  CLI::App* down = app.add_subcommand("down", "stop a stack");
  down->callback([&options] { options.verb = Options::Verb::down; });
  CLI::App* status = app.add_subcommand("status", "list its processes");
  status->add_flag("--json", options.json, "as JSON");
  status->callback([&options] { options.verb = Options::Verb::status; });
  CLI::App* logs = app.add_subcommand("logs", "print the log of one process");
  logs->add_option("NAME", options.log_of, "as `status` calls it: kafka-1, app-2")->required();
  logs->add_option("-n,--lines", options.lines, "only so many from the end")->check(CLI::Range(1, 1'000'000));
  logs->callback([&options] { options.verb = Options::Verb::logs; });
  for (CLI::App* each : {down, status, logs}) {
    each->add_option("--dir", options.dir, "directory of the stack")->required();
  }
  CLI::App* prepare = app.add_subcommand("prepare", "make what lets Kafka start fast; once, `up` does it otherwise");
  prepare->callback([&options] { options.verb = Options::Verb::prepare; });
  CLI::App* compose = app.add_subcommand("compose", "write the same stack as a Docker Compose file");
  compose->add_option("--out", options.out, "folder for compose.yaml and its configuration files")->required();
  compose->callback([&options] { options.verb = Options::Verb::compose; });
}

struct Words {
  std::string role;
};

void describe_deeds(CLI::App& app, Options& options, Words& words) {
  const std::vector<std::pair<Deed, const char*>> deeds{
      {Deed::kill, "SIGKILL"},
      {Deed::term, "SIGTERM"},
      {Deed::freeze, "SIGSTOP"},
      {Deed::thaw, "SIGCONT"},
      {Deed::restart, "SIGKILL and start at once"},
      {Deed::restart_empty, "the same with its data gone"},
      {Deed::start, "start what is down"},
      {Deed::heal, "thaw what is frozen, start what is down, wait until all works"}};
  for (const auto& [deed, what] : deeds) {
    CLI::App* command = app.add_subcommand(std::string(name_of(deed)), what);
    if (wants_role(deed)) {
      command
          ->add_option("ROLE", words.role,
                       "redis-master, redis-replica, sentinel, kafka-leader, kafka-controller, kafka-broker, postgres, "
                       "app, or the name of a process")
          ->required();
      command->add_option("--of", options.request.of, "that process; for kafka-leader a partition of chat-messages");
      command->add_option("--seed", options.request.seed, "chooses where several play the role")->capture_default_str();
    }
    command->add_option("--dir", options.dir, "directory of the stack")->required();
    command->add_flag("--json", options.json, "the answer as JSON");
    command->callback([&options, which = deed] {
      options.verb = Options::Verb::deed;
      options.request.deed = which;
    });
  }
}

}  // namespace

std::variant<Options, EarlyEnd> parse_options(const std::vector<std::string>& args) {
  Options options;
  std::string profile{name_of(options.profile)};
  Words words;
  CLI::App app(
      "The whole system as processes of this machine: PostgreSQL, Redis with Sentinel, Kafka, instances, a front.",
      "plumbline stack");
  app.require_subcommand(1);
  describe_up(app, options, profile);
  describe_rest(app, options);
  describe_deeds(app, options, words);
  app.footer(
      "Examples:\n  plumbline stack up --dir /tmp/stack --instances 3\n"
      "  plumbline stack kill redis-master --dir /tmp/stack\n  plumbline stack heal --dir /tmp/stack\n\n" +
      std::string(exit_code_help()));
  std::vector<std::string> reversed(args.rbegin(), args.rend());  // CLI11 takes the last word first
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    return EarlyEnd{chosen.empty() ? app.help() : chosen.front()->help(), ExitCode::ok};
  } catch (const CLI::ParseError& problem) {
    return EarlyEnd{std::string(problem.what()) + "; see plumbline stack --help"};
  }
  options.profile = profile_from(profile).value_or(Profile::full);
  if (!words.role.empty()) {
    options.request.role = role_from(words.role);
    if (!options.request.role && options.request.of.empty()) {
      options.request.of = words.role;
    }
  }
  return options;
}

}  // namespace plumbline::stack
