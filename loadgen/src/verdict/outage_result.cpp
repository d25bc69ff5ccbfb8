#include "verdict/outage_result.h"

#include <fmt/format.h>

#include <algorithm>

#include "recorder/durations.h"

namespace plumbline::load {
namespace {

constexpr double kWindowTail = 2;      // seconds: caches are cold and queues drain
constexpr double kStalled = 100;       // milliseconds: a machine that stood still so long measures itself
constexpr std::size_t kTolerance = 1;  // of kTolerances: 25 %

double since(const Recorder& recorder, Time at) {
  return in_seconds(at - recorder.run_start());
}

// Never is a number that JSON has no word for: absent, beside `measured`.
std::optional<double> reached(const std::optional<double>& value) {
  return value && *value != kNever ? value : std::nullopt;
}

std::optional<double> elected_after(const FaultRecord& record) {
  for (const ControlEvent& event : record.events) {
    if (event.what == "switched" || event.what == "elected") {
      return in_seconds(event.at - record.struck());
    }
  }
  return std::nullopt;
}

void add_reading(const FaultReading& reading, history::FaultRow& row) {
  row.uw_sys_s = reading.uw_sys[kHeadlineTau].seconds;
  row.uw_sys_quarter_s = reading.uw_sys[0].seconds;
  row.uw_sys_five_s = reading.uw_sys[2].seconds;
  row.uw_start_s = reading.uw_sys[kHeadlineTau].start_s;
  row.uw_open = reading.uw_sys[kHeadlineTau].open;
  row.uw_strict_s = reading.uw_strict_s;
  row.uw_key_p50_s = reading.uw_key_p50_s;
  row.uw_key_p99_s = reading.uw_key_p99_s;
  row.uw_key_max_s = reading.uw_key_max_s;
  row.uw_dlv_s = reading.uw_dlv_s;
  row.ttr_measured = reading.p99.strict[kTolerance].has_value();
  row.ttr_p50_s = reached(reading.p50.within_noise[kTolerance]);
  row.ttr_p99_s = reached(reading.p99.within_noise[kTolerance]);
  row.ttr_p99_strict_s = reached(reading.p99.strict[kTolerance]);
  row.ttr_p99_strict_tenth_s = reached(reading.p99.strict[0]);
  row.sends = reading.sends;
  row.bad = reading.bad;
  row.failed = reading.failed;
  row.unknown = reading.unknown;
  row.hangs = reading.hangs;
  row.lost_send_seconds = reading.lost_send_seconds;
  row.detect_s = reading.first_error_s;
  row.sends_back_s = reading.first_good_s;
  row.caught_up_s = reading.caught_up_s;
}

// Devices that the target had lost were all back: after this fault, before the next.
std::optional<double> devices_back(const Recorder& recorder, const std::vector<std::int64_t>& faults,
                                   std::size_t index) {
  std::optional<double> latest;
  for (const Overdue& away : recorder.send_log().away()) {
    if (fault_of(faults, away.from_ns, away.from_ns) == index) {
      const double after = static_cast<double>(away.to_ns - faults[index]) / 1e9;
      latest = std::max(latest.value_or(after), after);
    }
  }
  return latest;
}

history::FaultRow row_of(const FaultRecord& record, const Plan& plan, const Recorder& recorder) {
  history::FaultRow row;
  row.number = record.planned.number;
  row.action = to_string(record.planned.action);
  row.role = to_string(record.planned.role);
  row.phase = plan.scenario.phases[record.planned.phase].name;
  row.phase_offset_s = in_seconds(record.planned.offset);
  row.error = record.error;
  if (!record.injection) {
    return row;
  }
  row.struck = true;
  row.process = record.injection->process;
  row.at_s = since(recorder, record.struck());
  row.late_s = in_seconds(record.struck() - record.due);
  row.undone_s = record.undone ? std::optional<double>{since(recorder, *record.undone)} : std::nullopt;
  row.healthy_s = record.healthy ? std::optional<double>{since(recorder, *record.healthy)} : std::nullopt;
  row.elected_s = elected_after(record);
  for (const ControlEvent& event : record.events) {
    row.events.push_back({event.what, event.process, event.role, since(recorder, event.at)});
  }
  return row;
}

// How long the machine stood still in the second before the sample. The watchdog alone may only have waited for its
// turn, as when a broker starts: where the loop has real-time priority it must have stood still as well.
double stall_ms(const MachineSample& sample, const Recorder& recorder, bool real_time) {
  if (!real_time) {
    return sample.longest_stall_ms;
  }
  double lag = 0;
  const auto end = static_cast<std::ptrdiff_t>(since(recorder, sample.at));
  for (std::ptrdiff_t second = std::max<std::ptrdiff_t>(0, end - 1);
       second <= end && second < static_cast<std::ptrdiff_t>(recorder.seconds().size()); ++second) {
    lag = std::max(lag, recorder.seconds()[static_cast<std::size_t>(second)].lag_max_ms);
  }
  return std::min(sample.longest_stall_ms, lag);
}

// The machine, not the target, stood still while the fault lasted.
void mark_stalls(const std::vector<MachineSample>& machine, const Recorder& recorder, bool real_time,
                 const std::vector<std::pair<double, double>>& windows, std::vector<history::FaultRow>& rows) {
  std::size_t window = 0;
  for (history::FaultRow& row : rows) {
    if (!row.struck) {
      continue;
    }
    const auto [from, to] = windows[window++];
    for (const MachineSample& sample : machine) {
      const double at = since(recorder, sample.at);
      const double stall = stall_ms(sample, recorder, real_time);
      if (at >= from && at <= to + 1 && stall > kStalled) {
        row.stall_ms = std::max(row.stall_ms, stall);
      }
    }
  }
}

void add_unseen(history::RunResult& into) {
  for (const history::Second& second : into.seconds) {
    into.outage.unseen_max = std::max(into.outage.unseen_max, second.undelivered);
    into.outage.unseen_integral += second.undelivered;
  }
}

}  // namespace

FaultFacts measure_faults(std::vector<FaultRecord> records, Recorder& recorder) {
  FaultFacts facts;
  facts.records = std::move(records);
  Time from = recorder.run_start();
  for (std::size_t i = 0; i < recorder.phases().size(); ++i) {
    if (recorder.phase_of(i).kind == Phase::Kind::hold && recorder.phases()[i].begun) {
      from = recorder.phases()[i].start;
      break;
    }
  }
  RulerInput input = recorder.send_log().take(from);
  for (std::size_t i = 0; i < facts.records.size(); ++i) {
    if (facts.records[i].injection) {
      facts.struck.push_back(i);
    }
  }
  std::sort(facts.struck.begin(), facts.struck.end(),
            [&](std::size_t a, std::size_t b) { return facts.records[a].struck() < facts.records[b].struck(); });
  for (const std::size_t index : facts.struck) {
    input.faults.push_back(recorder.send_log().since_start(facts.records[index].struck()));
  }
  facts.reading = measure_outages(std::move(input));
  return facts;
}

std::vector<std::pair<double, double>> fault_windows(const FaultFacts& facts, const Recorder& recorder) {
  std::vector<std::pair<double, double>> windows;
  for (std::size_t i = 0; i < facts.struck.size(); ++i) {
    const FaultRecord& record = facts.records[facts.struck[i]];
    const double from = since(recorder, record.struck());
    const Time end = record.healthy.value_or(record.undone.value_or(record.struck() + record.planned.hold));
    const Gap& gap = facts.reading.faults[i].uw_sys[kHeadlineTau];
    windows.emplace_back(from, std::max(since(recorder, end), from + gap.start_s + gap.seconds) + kWindowTail);
  }
  return windows;
}

void add_outages(const FaultFacts& facts, const Plan& plan, const Recorder& recorder,
                 const std::vector<MachineSample>& machine, bool real_time, history::RunResult& into) {
  const OutageReading& reading = facts.reading;
  std::vector<std::int64_t> times;
  times.reserve(facts.struck.size());
  for (const std::size_t index : facts.struck) {
    times.push_back(recorder.send_log().since_start(facts.records[index].struck()));
  }
  std::vector<history::FaultRow> left_out;
  for (const FaultRecord& record : facts.records) {
    if (!record.injection) {
      left_out.push_back(row_of(record, plan, recorder));
    }
  }
  const auto windows = fault_windows(facts, recorder);
  for (std::size_t i = 0; i < facts.struck.size(); ++i) {
    history::FaultRow row = row_of(facts.records[facts.struck[i]], plan, recorder);
    add_reading(reading.faults[i], row);
    row.window_end_s = windows[i].second;
    row.devices_back_s = devices_back(recorder, times, i);
    into.faults.push_back(std::move(row));
  }
  mark_stalls(machine, recorder, real_time, windows, into.faults);
  into.faults.insert(into.faults.end(), left_out.begin(), left_out.end());
  into.outage.planned = facts.records.size();
  into.outage.struck = facts.struck.size();
  into.outage.rate_per_s = reading.rate;
  into.outage.fault_free_gap_s = reading.fault_free_gap_s[kHeadlineTau];
  into.outage.fault_free_overdue_s = reading.fault_free_overdue_s;
  into.outage.baseline_seconds = reading.baseline_windows;
  into.outage.baseline_p50_ms = reading.baseline_p50_ms;
  into.outage.baseline_p99_ms = reading.baseline_p99_ms;
  into.outage.baseline_worst_p99_ms = reading.baseline_worst_p99_ms;
  into.outage.baseline_slow_p99 = reading.baseline_slow_p99;
  into.outage.errors.insert(recorder.send_log().errors().begin(), recorder.send_log().errors().end());
  into.outage.incomplete = recorder.send_log().full();
  add_unseen(into);
}

std::string vacuous(const history::RunResult& result) {
  if (result.outage.planned == 0) {
    return {};
  }
  if (result.outage.incomplete) {
    return "more sends than the outage ruler can hold";
  }
  for (const history::FaultRow& fault : result.faults) {
    const std::string name = fmt::format("fault {} ({} {})", fault.number, fault.action, fault.role);
    if (!fault.struck) {
      return fmt::format("{} did not take place: {}", name, fault.error);
    }
    if (fault.stall_ms > 0) {
      return fmt::format("the machine stood still for {:.0f} ms during {}; run it again", fault.stall_ms, name);
    }
  }
  return {};
}

}  // namespace plumbline::load
