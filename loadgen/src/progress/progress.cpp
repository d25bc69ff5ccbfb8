#include "progress/progress.h"

#include <fmt/format.h>

#include <ostream>

#include "progress/text.h"
#include "recorder/durations.h"

namespace plumbline::load {
namespace {

std::string percentiles(const char* name, const stats::Histogram& histogram) {
  return histogram.count() == 0 ? fmt::format("{} -", name)
                                : fmt::format("{} p50 {}  p99 {}", name, ms_text(ms(histogram.percentile(0.5))),
                                              ms_text(ms(histogram.percentile(0.99))));
}

}  // namespace

Progress::Progress(std::ostream& out, ProgressStyle style, const Plan& plan) : out_(out), style_(style), plan_(plan) {}

void Progress::header(const std::string& target) {
  if (style_ != ProgressStyle::silent) {
    out_ << plan_.scenario.name << "   seed " << plan_.scenario.seed << "   target " << target << '\n' << std::flush;
  }
}

void Progress::tick(Time now, const Engine& engine, const Workload& workload, Recorder& recorder) {
  const bool new_stage = stage_ != engine.stage_name();
  if (style_ == ProgressStyle::silent || (now < next_ && !new_stage)) {
    return;
  }
  if (new_stage && open_line_) {
    out_ << '\n';
    open_line_ = false;
  }
  stage_ = engine.stage_name();
  next_ = now + (style_ == ProgressStyle::live ? std::chrono::milliseconds{500} : std::chrono::milliseconds{5000});
  write(now, engine, workload, recorder);
}

void Progress::write(Time now, const Engine& engine, const Workload& workload, Recorder& recorder) {
  const Duration remaining = std::max(Duration{0}, engine.stage_length() - engine.elapsed(now));
  const SecondRecord& second = recorder.second_before(now);
  std::uint64_t acked = 0;
  std::uint64_t errors = 0;
  for (const PhaseRecord& phase : recorder.phases()) {
    acked += phase.acked;
    errors += phase.errors;
  }
  const bool echo = plan_.scenario.target.app == "echo";
  const double slip = ms(second.slip.percentile(0.99));
  std::string line = fmt::format("  {:<10} {} / {}   ", engine.stage_name(), clock_text(engine.elapsed(now)),
                                 clock_text(engine.stage_length()));
  if (acked + errors + second.offered == 0) {
    line += fmt::format("{} of {} devices connected", grouped(engine.fleet().connected()),
                        grouped(engine.fleet().wanted()));
  } else {
    line += fmt::format(
        "{}/s   {}   acked {}   errors {}   undelivered {}   anomalies {}   {} left   generator {} (slip p99 {})",
        grouped(second.offered), percentiles(echo ? "ack" : "e2e", echo ? second.answer : second.e2e), grouped(acked),
        grouped(errors), grouped(workload.undelivered()), workload.anomalies(), clock_text(remaining),
        slip > plan_.thresholds.slip_p99_ms ? "late" : "ok", ms_text(slip));
  }
  if (style_ == ProgressStyle::live) {
    out_ << "\r\x1b[K" << line;
    open_line_ = true;
  } else {
    out_ << line << '\n';
  }
  out_ << std::flush;
}

void Progress::note(const std::string& line) {
  if (style_ == ProgressStyle::silent) {
    return;
  }
  finish();
  out_ << "  " << line << '\n' << std::flush;
}

void Progress::finish() {
  if (open_line_) {
    out_ << "\n";
    open_line_ = false;
  }
}

}  // namespace plumbline::load
