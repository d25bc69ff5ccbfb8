#include "faults/fault_run.h"

#include <algorithm>

namespace plumbline::load {
namespace {

constexpr Duration kLook = std::chrono::milliseconds{20};  // how often a phase's start is looked for
constexpr Duration kPunctual = std::chrono::seconds{1};

}  // namespace

FaultRun::FaultRun(std::vector<PlannedFault> faults, std::size_t phases, ControlPort& port, const Clock& clock)
    : port_(port), clock_(clock), starts_(phases) {
  for (PlannedFault& fault : faults) {
    FaultRecord record;
    record.planned = std::move(fault);
    records_.push_back(std::move(record));
  }
}

std::optional<Time> FaultRun::due(const PlannedFault& fault) const {
  const std::optional<Time>& start = starts_[fault.phase];
  return start ? std::optional<Time>{*start + fault.offset} : std::nullopt;
}

// A fault that had to wait moves those after it: struck together, they would be another scenario, and nobody could tell
// what each of them cost.
Duration FaultRun::moved(std::size_t index) const {
  for (std::size_t i = index; i > 0 && records_[i - 1].planned.phase == records_[index].planned.phase; --i) {
    const FaultRecord& before = records_[i - 1];
    if (before.injection) {
      const Duration late = before.injection->at - before.due;
      return late > kPunctual ? late : Duration{0};
    }
  }
  return Duration{0};
}

Time FaultRun::step() {
  const Time now = clock_.now();
  Time next = now + kLook;
  // By index: undoing one shortens the list.
  for (std::size_t i = held_.size(); i > 0; --i) {
    const FaultRecord& record = records_[held_[i - 1]];
    const auto& injection = record.injection;
    if (record.planned.never || !injection) {
      continue;
    }
    const Time until = injection->at + record.planned.hold;
    if (until <= now) {
      undo(held_[i - 1]);
    } else {
      next = std::min(next, until);
    }
  }
  if (next_ < records_.size()) {
    const auto planned = due(records_[next_].planned);
    if (planned && *planned + moved(next_) <= clock_.now()) {
      records_[next_].due = *planned;
      inject(next_++);
      next = clock_.now();
    } else if (planned) {
      next = std::min(next, *planned + moved(next_));
    }
  }
  take_events(next);
  return next;
}

// An event belongs to the last fault before it.
void FaultRun::take_events(Time deadline) {
  for (ControlEvent& event : port_.events(deadline)) {
    for (std::size_t i = next_; i > 0; --i) {
      FaultRecord& record = records_[i - 1];
      if (record.injection && record.injection->at <= event.at) {
        record.events.push_back(std::move(event));
        ++changes_;
        break;
      }
    }
  }
}

void FaultRun::inject(std::size_t index) {
  FaultRecord& record = records_[index];
  ++changes_;
  if (!healthy_) {
    heal_all();  // once more: what one fault broke must not be blamed on the next
  }
  if (!healthy_) {
    record.error = "left out: the target was not healthy again";
    return;
  }
  auto injected = port_.inject(record.planned);
  if (!injected) {
    record.error = injected.error().sentence;
    return;
  }
  record.injection = *injected;
  held_.push_back(index);
}

void FaultRun::undo(std::size_t index) {
  FaultRecord& record = records_[index];
  std::erase(held_, index);
  ++changes_;
  record.undone = clock_.now();
  const bool restarts = record.planned.hold == Duration{0};  // it comes back by itself
  const auto& injection = record.injection;
  const auto undone = restarts || !injection ? boost::system::result<void, ControlError>{}
                                             : port_.undo(record.planned, injection->process);
  if (!undone) {
    record.error = undone.error().sentence;
    healthy_ = false;
  }
  // heal() would take back the faults that are still meant to last.
  if (held_.empty()) {
    heal_all();
    record.healthy = healthy_ ? std::optional<Time>{clock_.now()} : std::nullopt;
  }
}

void FaultRun::heal_all() {
  const auto healed = port_.heal();
  healthy_ = healed.has_value();
  if (!healthy_ && next_ > 0 && records_[next_ - 1].error.empty()) {
    records_[next_ - 1].error = healed.error().sentence;
  }
}

void FaultRun::finish() {
  const Time now = clock_.now();
  for (const std::size_t index : held_) {
    records_[index].undone = now;
  }
  heal_all();
  for (const std::size_t index : held_) {
    records_[index].healthy = healthy_ ? std::optional<Time>{clock_.now()} : std::nullopt;
  }
  held_.clear();
  for (; next_ < records_.size(); ++next_) {
    records_[next_].error = "left out: the load ended first";
  }
  take_events(clock_.now());
  port_.release();
}

}  // namespace plumbline::load
