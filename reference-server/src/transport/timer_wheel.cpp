#include "transport/timer_wheel.h"

#include <algorithm>

namespace plumbline::serve {

void TimerNode::unlink() {
  if (link_ != nullptr) {
    *link_ = next_;
    if (next_ != nullptr) {
      next_->link_ = link_;
    }
    link_ = nullptr;
    next_ = nullptr;
  }
}

TimerWheel::TimerWheel(Time now) : done_(tick_of(now) - 1) {}

TimerWheel::~TimerWheel() {
  for (TimerNode* head : slots_) {
    while (head != nullptr) {
      TimerNode* const next = head->next_;
      head->unlink();
      head = next;
    }
  }
}

std::int64_t TimerWheel::tick_of(Time at) {
  return (at.time_since_epoch() + kTick - Duration{1}) / kTick;
}

void TimerWheel::schedule(TimerNode& node, Time deadline) {
  if (deadline == Time::max()) {
    node.unlink();
    return;
  }
  const std::int64_t tick = tick_of(deadline);
  node.deadline_ = deadline;
  if (node.link_ != nullptr && node.tick_ <= tick) {
    return;  // it will be looked at in time, and moved on then
  }
  node.unlink();
  link(node);
}

// Into the slot of its deadline, or the farthest one when that is beyond the horizon.
void TimerWheel::link(TimerNode& node) {
  const auto farthest = done_ + static_cast<std::int64_t>(kSlots) - 1;
  node.tick_ = std::clamp(tick_of(node.deadline_), done_ + 1, farthest);
  TimerNode** const head = slot(node.tick_);
  node.next_ = *head;
  node.link_ = head;
  if (node.next_ != nullptr) {
    node.next_->link_ = &node.next_;
  }
  *head = &node;
  soonest_ = std::min(soonest_, Time{kTick * node.tick_});
}

void TimerWheel::advance(Time now) {
  const std::int64_t target = now.time_since_epoch() / kTick;
  if (target - done_ >= static_cast<std::int64_t>(kSlots)) {  // stalled for longer than the horizon: each slot once
    done_ = target - static_cast<std::int64_t>(kSlots) + 1;
  }
  while (done_ < target) {
    ++done_;
    run_slot(done_, now);
  }
}

void TimerWheel::run_slot(std::int64_t tick, Time now) {
  TimerNode* due = nullptr;  // moved out first: firing may schedule into any slot
  TimerNode** const head = slot(tick);
  if (*head == nullptr) {
    return;
  }
  due = *head;
  due->link_ = &due;
  *head = nullptr;
  while (due != nullptr) {
    TimerNode& node = *due;
    node.unlink();
    if (node.deadline_ <= now) {
      node.on_timer(now);
    } else {
      link(node);
    }
  }
}

Time TimerWheel::next_due() {
  soonest_ = first_occupied();
  return soonest_;
}

Time TimerWheel::first_occupied() const {
  for (std::int64_t tick = done_ + 1; tick < done_ + static_cast<std::int64_t>(kSlots); ++tick) {
    if (slots_[static_cast<std::size_t>(tick) % kSlots] != nullptr) {
      return Time{kTick * tick};
    }
  }
  return Time::max();
}

}  // namespace plumbline::serve
