#include "run.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "engine/asio_wire.h"
#include "engine/loop.h"
#include "faults/command_control.h"
#include "faults/fault_driver.h"
#include "faults/stack_control.h"
#include "plumbline/base/exit_code.h"
#include "plumbline/history/run_dir.h"
#include "progress/final_table.h"
#include "progress/progress.h"
#include "recorder/durations.h"
#include "recorder/raw_files.h"
#include "target/running_target.h"
#include "target/token_mill.h"
#include "verdict/result_builder.h"
#include "watch/lag.h"
#include "watch/machine.h"
#include "workload/echo.h"
#include "workload/messenger.h"

namespace plumbline::load {
namespace {

namespace fs = std::filesystem;

struct Refusal {
  std::string sentence;
  int exit{6};
};

int say(const Refusal& refusal) {
  std::cerr << "plumbline load: " << refusal.sentence << '\n';
  return refusal.exit;
}

// The soft limit is ours to raise; the hard one is not.
std::optional<Refusal> raise_descriptors(std::size_t needed) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < needed) {
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, needed);
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur >= needed) {
    return std::nullopt;
  }
  return Refusal{"this scenario needs about " + std::to_string(needed) + " descriptors, the limit is " +
                 std::to_string(limit.rlim_max) + "; raise it (ulimit -n) or lower users.count"};
}

// A run whose report cannot be written is better refused before its first second than after its last.
std::optional<Refusal> check_space(const fs::path& dir, const Plan& plan) {
  struct statvfs space {};
  if (statvfs(dir.c_str(), &space) != 0) {
    return std::nullopt;
  }
  const auto seconds = static_cast<std::uint64_t>(plan.length() / std::chrono::seconds{1});
  const std::uint64_t needed = (4U << 20U) + seconds * 32'768;
  const std::uint64_t there = std::uint64_t{space.f_bavail} * space.f_frsize;
  if (there >= needed) {
    return std::nullopt;
  }
  return Refusal{dir.string() + ": only " + std::to_string(there >> 10U) + " KiB free, this run may write " +
                 std::to_string(needed >> 10U) + " KiB; free some space or choose another --out"};
}

std::string again(const Plan& plan, const Options& options) {
  std::string line = "plumbline load " + shell_word(options.scenario) + " --seed " + std::to_string(plan.scenario.seed);
  line += options.duration ? fmt::format(" --duration {:g}s", in_seconds(*options.duration)) : "";
  line += options.settle ? fmt::format(" --settle {:g}s", in_seconds(*options.settle)) : "";
  line += options.target.empty() ? "" : " --target " + shell_word(options.target);
  line += options.jwt_key.empty() ? "" : " --jwt-key " + shell_word(options.jwt_key);
  line += options.mutant.empty() ? "" : " --mutant " + shell_word(options.mutant);
  return line;
}

// No run took place: the corrected command finds --out as this one found it.
void discard(const history::RunDir& dir, bool folder_too) {
  std::error_code ignored;
  fs::remove(dir.path() / history::RunDir::kMarker, ignored);
  fs::remove(dir.path() / "server.log", ignored);
  const fs::path latest = dir.path().parent_path() / "latest";
  if (fs::is_symlink(latest, ignored) && fs::read_symlink(latest, ignored) == dir.path().filename()) {
    fs::remove(latest, ignored);
  }
  if (folder_too) {
    fs::remove(dir.path(), ignored);  // only when empty
  }
}

double peak_rate(const Plan& plan) {
  double peak = 0;
  for (const Phase& phase : plan.scenario.phases) {
    peak = std::max(peak, phase.rate);
  }
  return peak;
}

std::unique_ptr<Workload> make_workload(const Plan& plan, const RunningTarget& target, Wire& wire, Recorder& recorder,
                                        const Clock& clock, const TokenMill* tokens) {
  client::Endpoint endpoint;
  endpoint.host = target.socketio.host;
  endpoint.port = target.socketio.port;
  endpoint.path = plan.scenario.target.socketio_path;
  if (plan.scenario.target.app == "echo") {
    return std::make_unique<Echo>(plan, recorder, clock, Echo::Setting{endpoint, plan.scenario.target.nsp});
  }
  Messenger::Setting setting;
  setting.socketio = endpoint;
  setting.nsp = plan.scenario.target.nsp;
  setting.contract = target.server ? Contract::strict : Contract::lenient;
  setting.resumes = target.server.has_value();  // ours: a device says what it has when it comes back
  setting.confirm = !plan.faults.empty();
  setting.run = plan.run;
  setting.token = [tokens](std::uint32_t user) {
    return tokens->token(user);
  };
  return std::make_unique<Messenger>(plan, wire, recorder, clock, std::move(setting));
}

// The measuring stick goes before what it measures: a neighbour's work shall not show as latency. The loop sleeps most
// of the time, so round robin at the lowest real-time priority takes nothing from the target but its turn. Needs a
// right that containers often lack; without it the run is as good as the machine is quiet.
std::string raise_priority() {
  sched_param lowest{};
  lowest.sched_priority = 1;
  return sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &lowest) == 0 ? "real time, round robin"
                                                                             : "normal (no right to raise it)";
}

void restore_priority() {
  const sched_param none{};
  sched_setscheduler(0, SCHED_OTHER, &none);
}

ProgressStyle progress_style(const Options& options) {
  if (options.json) {
    return ProgressStyle::silent;
  }
  return isatty(STDOUT_FILENO) != 0 ? ProgressStyle::live : ProgressStyle::plain;
}

// Null when the scenario plans no faults.
boost::system::result<std::unique_ptr<FaultDriver>, ControlError> make_driver(const Plan& plan,
                                                                              const RunningTarget& target) {
  if (plan.faults.empty()) {
    return std::unique_ptr<FaultDriver>{};
  }
  std::unique_ptr<ControlPort> port;
  if (target.stack_dir.empty()) {
    port = std::make_unique<CommandControl>(plan.scenario.target.control);
  } else {
    auto opened = StackControl::open(target.stack_dir);
    if (!opened) {
      return opened.error();
    }
    port = std::move(opened.value());
  }
  return std::make_unique<FaultDriver>(plan.faults, plan.scenario.phases.size(), std::move(port));
}

std::string fault_line(const FaultRecord& record, Time start) {
  const std::string what = fmt::format("{} {}", to_string(record.planned.action), to_string(record.planned.role));
  if (!record.injection) {
    return fmt::format("fault      {} left out: {}", what, record.error);
  }
  return fmt::format("fault      {} ({}) at {:.1f} s", what, record.injection->process,
                     in_seconds(record.struck() - start));
}

// Ten times a second: what has struck since is told to the workload and to people.
class FaultNews {
 public:
  FaultNews(const FaultDriver* driver, Workload& workload, Progress& progress, const Recorder& recorder)
      : driver_(driver), workload_(workload), progress_(progress), recorder_(recorder) {}
  void tell() {
    if (driver_ == nullptr || driver_->done() == told_) {
      return;
    }
    const std::vector<FaultRecord> records = driver_->records();
    for (const std::size_t done = driver_->done(); told_ < std::min(done, records.size()); ++told_) {
      if (const auto& injection = records[told_].injection) {
        workload_.on_fault(injection->at);
      }
      progress_.note(fault_line(records[told_], recorder_.run_start()));
    }
  }

 private:
  const FaultDriver* driver_;
  Workload& workload_;
  Progress& progress_;
  const Recorder& recorder_;
  std::size_t told_{0};
};

// Plays the plan against a running target; everything measured is in the record.
RunRecord play(const Plan& plan, const Options& options, RunningTarget& target, const std::string& pem,
               Recorder& recorder, FaultDriver* driver) {
  boost::asio::io_context context{1};
  const SteadyClock clock;
  client::HttpClient::Options http;
  http.host = target.http.host;
  http.port = target.http.port;
  http.max_connections = plan.http_connections;
  AsioWire wire{context, http};
  std::unique_ptr<TokenMill> tokens;
  if (!pem.empty()) {
    tokens = std::make_unique<TokenMill>(plan.population.users, pem, plan.length() + std::chrono::hours{1});
  }
  RunRecord record{
      plan, recorder, {}, {}, Ending::complete, {}, false, target.label, iso8601(wall_now()), again(plan, options),
      {},   {},       {}};
  const std::unique_ptr<Workload> workload = make_workload(plan, target, wire, recorder, clock, tokens.get());
  Engine engine{plan, wire, *workload, recorder, clock, driver};
  engine.settle_within(options.settle);
  Progress progress{std::cout, progress_style(options), plan};
  progress.header(target.label);
  record.priority = raise_priority();  // after the threads and the child that shall not inherit it
  MachineWatch watch{{static_cast<pid_t>(syscall(SYS_gettid)), target.pid(), !target.stack_dir.empty()}};
  LagWatch lag{target.instances};
  FaultNews news{driver, *workload, progress, recorder};
  Loop loop{{context, engine, *workload, recorder, wire, clock, peak_rate(plan), [&](Time now) {
               news.tell();
               progress.tick(now, engine, *workload, recorder);
             }}};
  loop.run();
  restore_priority();  // judging and rendering are not measuring
  progress.finish();
  watch.stop();
  lag.stop();
  record.lag = lag.samples();
  record.machine = watch.samples();
  record.ending = engine.ending() == Ending::running ? Ending::interrupted : engine.ending();
  record.ending_sentence = engine.ending() == Ending::running ? "interrupted twice by the user" : engine.sentence();
  record.settled = engine.settled();
  record.ledger = workload->finish();
  if (driver != nullptr) {
    record.faults = measure_faults(driver->records(), recorder);
  }
  if (record.ending != Ending::complete) {
    // Cut off before settling: what had not arrived yet proves nothing.
    record.ledger.counts[static_cast<std::size_t>(checker::Anomaly::acked_undelivered)] = 0;
    record.ledger.counts[static_cast<std::size_t>(checker::Anomaly::torn_fanout)] = 0;
  }
  return record;
}

std::optional<Refusal> write_files(const history::RunDir& dir, const history::RunResult& result, const Plan& plan,
                                   const Recorder& recorder) {
  const std::pair<const char*, std::string> files[]{
      {"scenario.yaml", plan.scenario.text},   {"plan.json", plan_json(plan)},
      {"env.json", env_json(result)},          {"series.csv", series_csv(result)},
      {"latency.hlog", latency_log(recorder)}, {"summary.json", history::to_json(result)}};
  for (const auto& [name, content] : files) {
    if (const auto written = dir.write(name, content); !written) {
      return Refusal{written.error().sentence};
    }
  }
  return std::nullopt;
}

// Rendering is the report verb's business: the run directory is all that it gets.
std::optional<Refusal> render(const history::RunDir& dir) {
  net::ChildProcess::Options child;
  child.command = {net::self_executable(), "report", "render", dir.path().string(), "--format", "html,md,junit"};
  auto started = net::ChildProcess::start(child);
  if (!started) {
    return Refusal{"the report could not be rendered: " + started.error()};
  }
  net::ChildProcess renderer = std::move(*started);
  static_cast<void>(renderer.wait_for_line("\x01", std::chrono::seconds{60}));  // until it ends: no line begins so
  const int status = renderer.stop(std::chrono::seconds{1});
  return status == 0 ? std::nullopt
                     : std::optional<Refusal>{Refusal{"the report could not be rendered from " + dir.path().string()}};
}

int conclude(const history::RunDir& dir, const history::RunResult& result, const Plan& plan, const Recorder& recorder,
             const Options& options) {
  std::optional<Refusal> failed = write_files(dir, result, plan, recorder);
  if (!failed) {
    failed = render(dir);
  }
  if (failed) {
    say(*failed);  // first: nobody should take the table below for a finished run
  }
  if (options.json) {
    std::cout << history::to_json(result);
  } else {
    std::cout << "\n" << final_table(result, failed ? "incomplete" : (dir.path() / "report.html").string());
  }
  std::cout << std::flush;
  if (failed) {
    return to_int(graver(result.exit_code, ExitCode::setup_failed));
  }
  return to_int(result.exit_code);
}

}  // namespace

namespace {

// The target runs: its key and its control are known, or the run cannot begin.
int play_and_conclude(const Plan& plan, const Options& options, RunningTarget& target, SigningKey key,
                      const history::RunDir& dir) {
  if (!target.key_file.empty()) {
    auto found = signing_key(target.key_file);
    if (!found) {
      return say({found.error().sentence, found.error().exit});
    }
    key = std::move(found.value());
  }
  auto driver = make_driver(plan, target);
  if (!driver) {
    return say({driver.error().sentence});
  }
  Recorder recorder{plan.scenario.phases};
  if (!plan.faults.empty()) {
    recorder.keep_sends();
  }
  const RunRecord record = play(plan, options, target, key.pem, recorder, driver.value().get());
  driver.value().reset();
  stop_target(target);
  return conclude(dir, build_result(record), plan, recorder, options);
}

// A child of ours needs a run directory for its log; a server of the user's own is asked before there is one.
bool is_child(const Target& target) {
  return target.kind != Target::Kind::url;
}

}  // namespace

int run_plan(const Plan& plan, const Options& options) {
  if (const auto refused = raise_descriptors(plan.descriptors)) {
    return say(*refused);
  }
  SigningKey key;
  const bool stack = plan.scenario.target.kind == Target::Kind::stack;
  if (plan.scenario.target.app != "echo" && !stack) {
    auto found = signing_key(options.jwt_key.empty() ? plan.scenario.target.key_file : options.jwt_key);
    if (!found) {
      return say({found.error().sentence, found.error().exit});
    }
    key = std::move(found.value());
  }
  // A target of the user's own is asked first: no run directory for a run that cannot begin.
  const bool child = is_child(plan.scenario.target);
  std::unique_ptr<RunningTarget> target;
  const auto start = [&](const std::string& log) -> std::optional<Refusal> {
    auto started = start_target(plan.scenario.target, options, key.file, log);
    if (!started) {
      return Refusal{started.error().sentence, started.error().exit};
    }
    target = std::make_unique<RunningTarget>(std::move(started.value()));
    return std::nullopt;
  };
  if (!child) {
    if (const auto refused = start({})) {
      return say(*refused);
    }
  }
  std::error_code ignored;
  const bool ours = options.out.empty() || !fs::exists(options.out, ignored);
  const auto dir = history::RunDir::create(options.out, plan.scenario.name, wall_now());
  if (!dir) {
    return say({dir.error().sentence});
  }
  if (const auto refused = check_space(dir->path(), plan)) {
    discard(*dir, ours);
    return say(*refused);
  }
  if (child) {
    if (const auto refused = start((dir->path() / "server.log").string())) {
      discard(*dir, ours);
      return say(*refused);
    }
  }
  return play_and_conclude(plan, options, *target, std::move(key), *dir);
}

}  // namespace plumbline::load
