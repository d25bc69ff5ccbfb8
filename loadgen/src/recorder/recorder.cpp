#include "recorder/recorder.h"

#include <algorithm>

#include "recorder/durations.h"

namespace plumbline::load {
namespace {

constexpr std::size_t index(Metric metric) {
  return static_cast<std::size_t>(metric);
}
constexpr std::size_t index(OpKind kind) {
  return static_cast<std::size_t>(kind);
}
constexpr Duration kOnTime = std::chrono::seconds{1};

}  // namespace

std::string_view to_string(Metric metric) {
  switch (metric) {
    case Metric::e2e:
      return "e2e";
    case Metric::e2e_last:
      return "e2e_last";
    case Metric::answer:
      return "answer";
    case Metric::typing:
      return "typing";
    case Metric::receipt:
      return "receipt";
    case Metric::ack:
      return "ack";
    case Metric::catch_up:
      return "catch_up";
    case Metric::slip:
      return "slip";
  }
  return "unknown";
}

Recorder::Recorder(const std::vector<Phase>& phases) : declared_(phases), phases_(phases.size()) {}

void Recorder::start(Time at) {
  start_ = at;
  log_.start(at);
}

void Recorder::on_send(Outcome outcome, std::uint32_t conversation, Time intended, Time done, std::string_view error) {
  if (!keeps_sends_) {
    return;
  }
  const SendEnd end = outcome == Outcome::ok ? SendEnd::ok : outcome == Outcome::fail ? SendEnd::fail : SendEnd::info;
  log_.on_send(intended, done, conversation, end);
  if (outcome != Outcome::ok) {
    log_.on_error(error);
  }
}

void Recorder::on_waited(Time from, Time to) {
  if (keeps_sends_) {
    log_.on_waited(from, to);
  }
}

void Recorder::on_devices_back(Time from, Time to) {
  log_.on_away(from, to);
}

void Recorder::begin_phase(std::uint32_t phase, Time at, std::uint64_t planned) {
  phases_[phase].start = at;
  phases_[phase].begun = true;
  phases_[phase].planned = planned;
}

void Recorder::end_phase(std::uint32_t phase, Time at) {
  phases_[phase].end = at;
  phases_[phase].ended = true;
}

std::uint32_t Recorder::phase_at(Time intended) const {
  const auto after = std::find_if(phases_.begin(), phases_.end(),
                                  [&](const PhaseRecord& phase) { return !phase.begun || phase.start > intended; });
  return after == phases_.begin() ? 0 : static_cast<std::uint32_t>(after - phases_.begin() - 1);
}

SecondRecord& Recorder::second(Time at) {
  const auto at_index = static_cast<std::size_t>(std::max<std::int64_t>(0, (at - start_) / std::chrono::seconds{1}));
  while (seconds_.size() <= at_index) {
    seconds_.emplace_back();
    lags_.emplace_back();
  }
  return seconds_[at_index];
}

void Recorder::on_arrival(OpKind kind, Time intended, Time now) {
  PhaseRecord& phase = phases_[phase_at(intended)];
  ++phase.offered;
  phase.on_time += now - intended <= kOnTime ? 1U : 0U;
  on_started(kind, intended);
}

void Recorder::on_started(OpKind kind, Time intended) {
  ++steps_[index(kind)].started;
  ++second(intended).offered;
  phases_[phase_at(intended)].sent += kind == OpKind::send || kind == OpKind::ack ? 1U : 0U;
}

void Recorder::on_withdrawn(OpKind kind, Time intended) {
  --steps_[index(kind)].started;
  phases_[phase_at(intended)].sent -= kind == OpKind::send || kind == OpKind::ack ? 1U : 0U;
}

void Recorder::on_outcome(OpKind kind, Outcome outcome, Time intended, Time began, Time done) {
  StepRecord& step = steps_[index(kind)];
  PhaseRecord& phase = phases_[phase_at(intended)];
  ++phase.finished;
  if (outcome != Outcome::ok) {
    ++(outcome == Outcome::fail ? step.failed : step.unknown);
    ++phase.errors;
    ++second(done).errors;
    return;
  }
  ++step.ok;
  ++second(done).done;
  phase.acked += kind == OpKind::send || kind == OpKind::ack ? 1U : 0U;
  if (declared_[phase_at(intended)].measure) {
    step.latency.record(done - intended);
    step.service.record(done - began);
  }
}

void Recorder::on_latency(Metric metric, Time intended, Time at) {
  const Duration value = at - intended;
  phases_[phase_at(intended)].latency[index(metric)].record(value);
  SecondRecord& record = second(intended);
  switch (metric) {
    case Metric::e2e:
      record.e2e.record(value);
      break;
    case Metric::ack:
    case Metric::answer:
      record.answer.record(value);
      break;
    case Metric::slip:
      record.slip.record(value);
      break;
    default:
      break;
  }
}

void Recorder::on_delivery(Time at) {
  ++second(at).deliveries;
}

void Recorder::on_lag(Time at, Duration late) {
  static_cast<void>(second(at));
  const auto current = static_cast<std::size_t>(std::max<std::int64_t>(0, (at - start_) / std::chrono::seconds{1}));
  lags_[current].record(late);
  SecondRecord& record = seconds_[current];
  record.lag_max_ms = std::max(record.lag_max_ms, ms(late));
  close_lags(current);
}

// A second's heartbeat histogram is reduced to its p99 once the second is over.
void Recorder::close_lags(std::size_t until) {
  for (; lags_closed_ < until; ++lags_closed_) {
    seconds_[lags_closed_].lag_p99_ms = ms(lags_[lags_closed_].percentile(0.99));
    lags_[lags_closed_] = stats::Histogram{};
  }
}

void Recorder::on_gauges(Time at, std::uint64_t undelivered, std::uint64_t connections, std::size_t queue_depth) {
  SecondRecord& record = second(at);
  record.undelivered = undelivered;
  record.connections = connections;
  record.queue_depth = std::max(record.queue_depth, queue_depth);
}

const SecondRecord& Recorder::second_before(Time now) {
  return second(std::max(start_, now - std::chrono::seconds{1}));
}

bool Recorder::measured_second(std::size_t second_index) const {
  const Time from = start_ + std::chrono::seconds{second_index};
  const Time to = from + std::chrono::seconds{1};
  for (std::size_t i = 0; i < phases_.size(); ++i) {
    const PhaseRecord& phase = phases_[i];
    if (!phase.begun || !declared_[i].measure || declared_[i].kind != Phase::Kind::hold) {
      continue;
    }
    // A window counts when at least a tenth of it is measured: the first and last second of a phase are cut.
    const Time end = phase.ended ? phase.end : to;
    if (std::min(end, to) - std::max(phase.start, from) >= std::chrono::milliseconds{100}) {
      return true;
    }
  }
  return false;
}

stats::Histogram Recorder::total(Metric metric, std::string_view phase) const {
  stats::Histogram sum;
  for (std::size_t i = 0; i < phases_.size(); ++i) {
    const bool named =
        phase.empty() ? declared_[i].measure : declared_[i].name == phase || declared_[i].origin == phase;
    if (named) {
      sum.merge(phases_[i].latency[index(metric)]);
    }
  }
  return sum;
}

}  // namespace plumbline::load
