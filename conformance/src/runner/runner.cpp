#include "runner/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

#include "plumbline/base/random.h"
#include "runner/canary.h"
#include "target/probe.h"

namespace plumbline::conform {
namespace {

constexpr std::size_t kFewAtATime = 4;
constexpr std::size_t kReplaysAtATime = 16;
constexpr int kRerunsAlone = 3;
constexpr int kReplays = 2;
constexpr Duration kStartsApart =
    std::chrono::milliseconds{6};  // between the starts: a herd would measure its own queue
constexpr Duration kCanaryBound = std::chrono::milliseconds{300};
constexpr Duration kKnock = std::chrono::seconds{1};

struct Slot {
  const CaseRecord* record;
  const Clause* clause;
  CaseRun run;

  [[nodiscard]] const Finding& last() const { return run.findings.back(); }
  [[nodiscard]] bool bad() const {
    return last().kind == Finding::Kind::violated || last().kind == Finding::Kind::unmet;
  }
  [[nodiscard]] bool only_unclear() const {
    return std::all_of(run.findings.begin(), run.findings.end(),
                       [](const Finding& finding) { return finding.kind == Finding::Kind::unclear; });
  }
};

// A machine that stands still can make a good target look so.
bool doubtful_when_late(const Clause& clause, const Finding& finding) {
  if (finding.kind == Finding::Kind::violated || finding.kind == Finding::Kind::unmet) {
    return true;
  }
  return finding.kind == Finding::Kind::took && clause.is_timed(finding.alternative);
}

class Runner {
 public:
  Runner(Target& target, const Clock& clock, const RunnerOptions& options)
      : target_(target), clock_(clock), options_(options), ticker_(lag_, clock) {
    watch_target();
  }

  RunnerReport run(std::vector<Slot> slots);

 private:
  void watch_target() { canary_ = std::make_unique<Canary>(target_.endpoint, target_lag_, clock_); }
  void run_once(Slot& slot);
  Finding examine(const Slot& slot, WireLog& log);
  void run_all(const std::vector<Slot*>& slots, std::size_t at_a_time);
  void rerun_doubtful(std::vector<Slot>& slots);
  void replay_failing(std::vector<Slot>& slots);
  void run_one_by_one(std::vector<Slot>& slots, RunnerReport& report);

  Target& target_;
  const Clock& clock_;
  const RunnerOptions& options_;
  LagTrack lag_;
  LagTrack target_lag_;
  LagTicker ticker_;
  std::unique_ptr<Canary> canary_;
};

Finding Runner::examine(const Slot& slot, WireLog& log) {
  for (const std::string& capability : slot.clause->required) {
    if (!target_.has(capability)) {
      return not_applicable("the capability " + capability);
    }
  }
  Wire wire(target_.endpoint, log, clock_);
  Context context(target_, wire, clock_, lag_);
  Finding finding = slot.record->run(context);
  finding.target_gone = wire.any_refused();
  const Time end = clock_.now();
  if (!doubtful_when_late(*slot.clause, finding)) {
    return finding;
  }
  wire.until([&] { return !canary_->waits_since_before(end); }, kCanaryBound);
  const Duration suite_late = lag_.worst(log.start(), end);
  const Duration target_late = target_lag_.worst(log.start(), end);
  if (suite_late <= context.fast() / 5 && target_late <= context.fast() / 3) {
    return finding;
  }
  Finding doubt = unclear(fmt::format("{}; but this machine was overloaded: the suite up to {} late, the target {}",
                                      finding.observed, ms_text(suite_late), ms_text(target_late)));
  doubt.expected = finding.expected;
  doubt.target_gone = finding.target_gone;
  return doubt;
}

void Runner::run_once(Slot& slot) {
  if (options_.interrupted()) {
    slot.run.findings.push_back(unclear("not run: interrupted"));
    return;
  }
  WireLog log(clock_);
  Finding finding = examine(slot, log);
  const double took_ms = to_ms(clock_.now() - log.start());
  const bool first = slot.run.findings.empty();
  const bool good = finding.kind == Finding::Kind::took;
  slot.run.findings.push_back(std::move(finding));
  slot.run.duration_ms = std::max(slot.run.duration_ms, took_ms);
  if (first || !good) {
    slot.run.log = log.render();
  }
}

void Runner::run_all(const std::vector<Slot*>& slots, std::size_t at_a_time) {
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < std::min(at_a_time, slots.size()); ++i) {
    threads.emplace_back([&, i] {
      WireLog nothing(clock_);
      Wire(target_.endpoint, nothing, clock_).pump_for(kStartsApart * i);
      for (std::size_t at = next++; at < slots.size(); at = next++) {
        run_once(*slots[at]);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

void Runner::rerun_doubtful(std::vector<Slot>& slots) {
  for (int attempt = 0; attempt < kRerunsAlone; ++attempt) {
    std::vector<Slot*> doubtful;
    for (Slot& slot : slots) {
      if (slot.only_unclear()) {
        doubtful.push_back(&slot);
      }
    }
    run_all(doubtful, attempt == 0 ? kFewAtATime : 1);
  }
}

void Runner::replay_failing(std::vector<Slot>& slots) {
  std::vector<Slot*> failing;
  for (Slot& slot : slots) {
    if (slot.bad()) {
      failing.push_back(&slot);
    }
  }
  for (int replay = 0; replay < kReplays; ++replay) {
    run_all(failing, kReplaysAtATime);
  }
}

// After a death: which case is it that the target does not survive?
void Runner::run_one_by_one(std::vector<Slot>& slots, RunnerReport& report) {
  for (Slot& slot : slots) {
    if (slot.last().kind == Finding::Kind::took || slot.last().kind == Finding::Kind::not_applicable) {
      continue;
    }
    slot.run.findings.clear();
    if (!report.target_lost && !accepts_connections(target_.endpoint, clock_, kKnock)) {
      report.target_lost = !options_.revive(target_);
      watch_target();  // it may have come back elsewhere
    }
    if (report.target_lost) {
      slot.run.findings.push_back(unclear("the target was gone"));
      continue;
    }
    run_once(slot);
    if (!accepts_connections(target_.endpoint, clock_, kKnock)) {
      report.lost_during = slot.run.id;
      slot.run.findings.assign(1, violated("the target survives the case",
                                           "it accepts no connections any more; last seen: " + slot.last().observed));
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
  const bool gone = std::any_of(slots.begin(), slots.end(), [](const Slot& slot) { return slot.last().target_gone; });
  if (gone) {
    run_one_by_one(slots, report);
  } else {
    rerun_doubtful(slots);
    replay_failing(slots);
  }
  report.worst_lag = lag_.worst(start, clock_.now());
  for (Slot& slot : slots) {
    report.runs.push_back(std::move(slot.run));
  }
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
  return Runner(target, clock, options).run(std::move(slots));
}

}  // namespace plumbline::conform
