// A hashed wheel of intrusive lists. An entry that was postponed is found early, seen not to be due, and moved on.
#include "deadline_wheel.h"

#include <algorithm>

namespace plumbline::client {

void Deadline::unlink() {
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = this;
  next_ = this;
}

void Deadline::link_before(Deadline& other) {
  previous_ = other.previous_;
  next_ = &other;
  previous_->next_ = this;
  other.previous_ = this;
}

void Deadline::cancel() {
  unlink();
  if (wheel_ != nullptr) {
    --wheel_->size_;
    wheel_ = nullptr;
  }
}

DeadlineWheel::~DeadlineWheel() {
  for (Slot& slot : slots_) {
    while (slot.next_ != &slot) {
      slot.next_->cancel();
    }
  }
}

void DeadlineWheel::place(Deadline& entry) {
  const std::int64_t current = tick_of(now_);
  // Rounded up, so that an entry is due when its slot comes; at least one tick ahead, so that it is found.
  const std::int64_t wanted = tick_of(entry.due_ + kTick - Duration{1});
  const std::int64_t tick = std::clamp(wanted, current + 1, current + static_cast<std::int64_t>(kSlots) - 1);
  entry.visited_ = Time{tick * kTick};
  entry.link_before(slots_[static_cast<std::size_t>(tick) % kSlots]);
}

void DeadlineWheel::schedule(Deadline& entry, Time due) {
  entry.due_ = due;
  if (entry.wheel_ != nullptr && entry.visited_ <= due) {
    return;
  }
  entry.cancel();
  entry.wheel_ = this;
  ++size_;
  place(entry);
}

void DeadlineWheel::run_slot(std::int64_t tick, Time now) {
  Slot& slot = slots_[static_cast<std::size_t>(tick) % kSlots];
  Slot visited;
  while (slot.next_ != &slot) {  // moved away first: callbacks may change the lists
    Deadline& entry = *slot.next_;
    entry.unlink();
    entry.link_before(visited);
  }
  while (visited.next_ != &visited) {
    Deadline& entry = *visited.next_;
    if (entry.due_ > now) {
      entry.unlink();
      place(entry);
      continue;
    }
    entry.cancel();
    entry.on_deadline(now);
  }
}

void DeadlineWheel::advance(Time now) {
  const std::int64_t last = tick_of(now);
  std::int64_t tick = std::max(tick_of(now_) + 1, last - static_cast<std::int64_t>(kSlots) + 1);
  now_ = std::max(now_, now);
  for (; tick <= last; ++tick) {
    run_slot(tick, now);
  }
}

}  // namespace plumbline::client
