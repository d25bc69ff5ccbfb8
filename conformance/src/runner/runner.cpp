#include "runner/runner.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <set>
#include <thread>

#include "plumbline/base/random.h"
#include "runner/canary.h"
#include "runner/examine.h"
#include "target/probe.h"
#include "wire/live_medium.h"

namespace plumbline::conform {
namespace {

constexpr std::size_t kFewAtATime = 4;
constexpr std::size_t kReplaysAtATime = 16;
constexpr int kRerunsAlone = 3;
constexpr int kReplays = 2;
constexpr Duration kStartsApart =
    std::chrono::milliseconds{6};  // between the starts: a herd would measure its own queue
constexpr Duration kCanaryBound = std::chrono::milliseconds{300};
constexpr Duration kSettleStep = std::chrono::milliseconds{2};
constexpr Duration kKnock = std::chrono::seconds{1};
constexpr Duration kBackplaneBound = std::chrono::seconds{10};
constexpr Duration kBackplaneStep = std::chrono::milliseconds{50};
constexpr Duration kNodesJoin = std::chrono::seconds{1};
constexpr Duration kRerunBudget = std::chrono::seconds{60};  // what is in doubt after that stays INCONCLUSIVE
constexpr int kHeartbeatsInBudget = 3;                       // with production timers one rerun takes a minute
constexpr Duration kHangsAfter = std::chrono::seconds{5};    // far above what a busy machine takes

struct Slot {
  const CaseRecord* record;
  const Clause* clause;
  CaseRun run;
  int takes{0};
  int reruns{0};

  [[nodiscard]] const Finding& last() const { return run.findings.back(); }
  [[nodiscard]] bool bad() const {
    return last().kind == Finding::Kind::violated || last().kind == Finding::Kind::unmet;
  }
  [[nodiscard]] bool only_unclear() const {
    return std::all_of(run.findings.begin(), run.findings.end(),
                       [](const Finding& finding) { return finding.kind == Finding::Kind::unclear; });
  }
};

class Runner {
 public:
  Runner(const Catalogue& catalogue, Target& target, const Clock& clock, const RunnerOptions& options)
      : catalogue_(catalogue), target_(target), clock_(clock), options_(options), ticker_(lag_, clock) {
    if (!options.begin) {
      answered_ = answers(target_.endpoint, clock_, kKnock);
      watch_target();
    }
  }

  RunnerReport run(std::vector<Slot> slots);

 private:
  void watch_target() { canary_ = std::make_unique<Canary>(target_.endpoint, target_lag_, clock_); }
  [[nodiscard]] bool accepts() const { return accepts_connections(target_.endpoint, clock_, kKnock); }
  // One that never answered a plain request is judged by its connections alone.
  [[nodiscard]] bool hangs() const { return answered_ && !answers(target_.endpoint, clock_, kHangsAfter); }
  [[nodiscard]] bool gone(const std::vector<Slot>& slots) const;
  void run_once(Slot& slot);
  void state(Slot& slot, Fact fact);
  void settle(Time end) const;
  void restore_backplane() const;
  void run_all(const std::vector<Slot*>& slots, std::size_t at_a_time, Time until = Time::max());
  [[nodiscard]] std::set<std::string> blocked(const std::vector<Slot>& slots) const;
  [[nodiscard]] std::vector<Slot*> doubtful_roots(std::vector<Slot>& slots) const;
  void rerun_doubtful(std::vector<Slot>& slots);
  void replay_failing(std::vector<Slot>& slots);
  void run_one_by_one(std::vector<Slot>& slots, RunnerReport& report);

  const Catalogue& catalogue_;
  Target& target_;
  const Clock& clock_;
  const RunnerOptions& options_;
  LagTrack lag_;
  LagTrack target_lag_;
  LagTicker ticker_;
  bool answered_{false};
  std::unique_ptr<Canary> canary_;
};

void Runner::state(Slot& slot, Fact fact) {
  add(slot.run, fact);
  if (options_.recorder != nullptr) {
    options_.recorder->keep(slot.run.id, fact);
  }
}

// Lateness is known once nothing that could tell of it is still on its way.
void Runner::settle(Time end) const {
  WireLog nothing(clock_);
  Wire idle(target_.endpoint, nothing, clock_);
  const Time deadline = clock_.now() + kCanaryBound;
  while (canary_ != nullptr && canary_->waits_since_before(end) && clock_.now() < deadline) {
    idle.pump_for(kSettleStep);
  }
}

// Where a case did not get that far. The nodes may take a moment to find it.
void Runner::restore_backplane() const {
  const Time deadline = clock_.now() + kBackplaneBound;
  while (!options_.process->start_backplane() && clock_.now() < deadline) {
    pause(target_.endpoint, clock_, kBackplaneStep);
  }
  pause(target_.endpoint, clock_, kNodesJoin);
}

void Runner::run_once(Slot& slot) {
  if (options_.interrupted()) {
    state(slot, Fact::interrupted);
    return;
  }
  Take take;
  take.case_id = slot.run.id;
  take.number = ++slot.takes;
  take.host = target_.endpoint.host;
  take.port = target_.endpoint.port;
  take.path = target_.endpoint.path;
  for (const Endpoint& node : target_.nodes) {
    take.nodes.push_back(node.authority());
  }
  take.started = iso8601(clock_.wall_now());
  LiveMedium medium(clock_, &take.entries, {&lag_, canary_ != nullptr ? &target_lag_ : nullptr});
  take.monotonic_ns = medium.start().time_since_epoch().count();
  medium.know_process(options_.process);
  const std::shared_ptr<void> program = options_.begin ? options_.begin(medium, take) : nullptr;
  Examined examined = examine(*slot.record, *slot.clause, target_, medium, [this](Time end) { settle(end); });
  take.ended = (medium.time() - medium.start()).count();
  if (options_.recorder != nullptr) {
    options_.recorder->keep(take);
  }
  add(slot.run, std::move(examined));
  if (medium.left_backplane_stopped()) {
    restore_backplane();
  }
  if (slot.clause->restarts() && options_.process != nullptr && !accepts()) {
    (void)options_.process->start();  // where the case did not get that far
  }
}

void Runner::run_all(const std::vector<Slot*>& slots, std::size_t at_a_time, Time until) {
  std::vector<Slot*> together;
  std::vector<Slot*> alone;
  for (Slot* slot : slots) {
    (slot->clause->runs_alone() ? alone : together).push_back(slot);
  }
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < std::min(at_a_time, together.size()); ++i) {
    threads.emplace_back([&, i] {
      WireLog nothing(clock_);
      Wire(target_.endpoint, nothing, clock_).pump_for(kStartsApart * i);
      for (std::size_t at = next++; at < together.size() && clock_.now() < until; at = next++) {
        run_once(*together[at]);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (std::size_t at = 0; at < alone.size() && clock_.now() < until; ++at) {
    run_once(*alone[at]);  // on this thread, with which a target dies that was started on it
  }
}

// What a failed clause blocks stays blocked whatever another take shows, since a failure is never taken back.
std::set<std::string> Runner::blocked(const std::vector<Slot>& slots) const {
  std::vector<CaseRun> runs;
  runs.reserve(slots.size());
  for (const Slot& slot : slots) {
    runs.push_back({slot.run.id, slot.run.findings, {}, 0});
  }
  std::set<std::string> ids;
  for (const ClauseVerdict& verdict : fold(catalogue_, runs)) {
    if (verdict.verdict == Verdict::blocked) {
      ids.insert(verdict.clause->id);
    }
  }
  return ids;
}

// The doubtful cases that build on no other doubtful one: what they show may spare the others.
std::vector<Slot*> Runner::doubtful_roots(std::vector<Slot>& slots) const {
  const std::set<std::string> settled = blocked(slots);
  std::set<std::string> open;
  std::vector<Slot*> doubtful;
  for (Slot& slot : slots) {
    if (slot.only_unclear() && slot.reruns < kRerunsAlone && settled.count(slot.clause->id) == 0) {
      open.insert(slot.clause->id);
      doubtful.push_back(&slot);
    }
  }
  std::vector<Slot*> roots;
  for (Slot* slot : doubtful) {
    if (!catalogue_.builds_on(*slot->clause, open)) {
      roots.push_back(slot);
    }
  }
  return roots.empty() ? doubtful : roots;
}

void Runner::rerun_doubtful(std::vector<Slot>& slots) {
  const Duration heartbeats = kHeartbeatsInBudget * (target_.timing.ping_interval + target_.timing.ping_timeout);
  const Time deadline = clock_.now() + std::max(kRerunBudget, heartbeats);
  for (auto doubtful = doubtful_roots(slots); !doubtful.empty(); doubtful = doubtful_roots(slots)) {
    for (Slot* slot : doubtful) {
      ++slot->reruns;
    }
    const bool first =
        std::all_of(doubtful.begin(), doubtful.end(), [](const Slot* slot) { return slot->reruns == 1; });
    run_all(doubtful, first ? kFewAtATime : 1, deadline);
  }
}

void Runner::replay_failing(std::vector<Slot>& slots) {
  const std::set<std::string> settled = blocked(slots);
  std::vector<Slot*> failing;
  for (Slot& slot : slots) {
    if (slot.bad() && settled.count(slot.clause->id) == 0) {
      failing.push_back(&slot);
    }
  }
  for (int replay = 0; replay < kReplays; ++replay) {
    run_all(failing, kReplaysAtATime);
  }
}

// Asked only after something went wrong, so that a good target is not kept waiting.
bool Runner::gone(const std::vector<Slot>& slots) const {
  const bool refused =
      std::any_of(slots.begin(), slots.end(), [](const Slot& slot) { return slot.last().target_gone; });
  const bool wrong = std::any_of(slots.begin(), slots.end(), [](const Slot& slot) {
    return slot.bad() || slot.last().kind == Finding::Kind::unclear;
  });
  return refused || (wrong && !options_.interrupted() && hangs());
}

// After a death: which case is it that the target does not survive?
void Runner::run_one_by_one(std::vector<Slot>& slots, RunnerReport& report) {
  for (Slot& slot : slots) {
    if (slot.last().kind == Finding::Kind::took && slot.last().alternative == "A") {  // all else may be of its death
      continue;
    }
    state(slot, Fact::forget);
    if (!report.target_lost && (!accepts() || hangs())) {
      report.target_lost = !options_.revive(target_) || hangs();
      watch_target();  // it may have come back elsewhere
    }
    if (report.target_lost) {
      state(slot, Fact::target_gone);
      continue;
    }
    run_once(slot);
    if (!accepts() || hangs()) {
      report.lost_during = slot.run.id;
      state(slot, accepts() ? Fact::hung : Fact::died);  // asked again: a dying target accepts until it is gone
    }
  }
}

RunnerReport Runner::run(std::vector<Slot> slots) {
  Rng rng(options_.seed);
  for (std::size_t left = slots.size(); left > 1; --left) {  // not std::shuffle, whose order differs between libraries
    std::swap(slots[left - 1], slots[rng.below(left)]);
  }
  // The longest begin first, so that the run ends soon after they do.
  std::stable_partition(slots.begin(), slots.end(),
                        [](const Slot& slot) { return slot.record->kind == CaseRecord::Kind::timing; });
  const Time start = clock_.now();
  std::vector<Slot*> all;
  all.reserve(slots.size());
  for (Slot& slot : slots) {
    all.push_back(&slot);
  }
  run_all(all, options_.at_a_time);

  RunnerReport report;
  if (!gone(slots)) {
    rerun_doubtful(slots);
    replay_failing(slots);
  }
  if (gone(slots)) {  // it may have died during the repetitions, too
    run_one_by_one(slots, report);
  }
  report.worst_lag = lag_.worst(start, clock_.now());
  for (Slot& slot : slots) {
    report.runs.push_back(std::move(slot.run));
  }
  // The order of the run is told by the evidence; verdicts do not depend on it.
  std::sort(report.runs.begin(), report.runs.end(), [](const CaseRun& a, const CaseRun& b) { return a.id < b.id; });
  return report;
}

}  // namespace

RunnerReport run_cases(const Catalogue& catalogue, const std::vector<const CaseRecord*>& cases, Target& target,
                       const Clock& clock, const RunnerOptions& options) {
  std::vector<Slot> slots;
  for (const CaseRecord* record : cases) {
    const Clause* clause = catalogue.find(record->clause);
    if (clause != nullptr) {
      slots.push_back({record, clause, {std::string(record->id), {}, {}, 0}});
    }
  }
  return Runner(catalogue, target, clock, options).run(std::move(slots));
}

}  // namespace plumbline::conform
