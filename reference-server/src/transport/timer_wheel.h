// All deadlines of one shard behind one timer: linking and unlinking cost nothing, idle sessions cost no timer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "plumbline/base/clock.h"

namespace plumbline::serve {

class TimerWheel;

// Base of whatever has a deadline. Unlinks itself when destroyed.
class TimerNode {  // NOLINT(cppcoreguidelines-virtual-class-destructor): owned by others, never deleted through this
 public:
  TimerNode() = default;
  TimerNode(const TimerNode&) = delete;
  TimerNode& operator=(const TimerNode&) = delete;
  // The node is not scheduled any more when this is called; it may schedule itself again or destroy itself.
  virtual void on_timer(Time now) = 0;

 protected:
  virtual ~TimerNode() { unlink(); }

 private:
  friend class TimerWheel;
  void unlink();
  TimerNode* next_{nullptr};
  TimerNode** link_{nullptr};  // what points at this node
  Time deadline_{Time::max()};
  std::int64_t tick_{0};  // of the slot it sits in; never later than the deadline's
};

// Single-threaded. Deadlines fire late by less than one tick, never early.
class TimerWheel {
 public:
  static constexpr Duration kTick = std::chrono::milliseconds{4};

  explicit TimerWheel(Time now);
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // Replaces an earlier deadline of the node. Time::max() cancels. A later one than before is nearly free.
  void schedule(TimerNode& node, Time deadline);
  void cancel(TimerNode& node) { node.unlink(); }

  // Fires everything due at `now`.
  void advance(Time now);
  // When advance() is to be called next; Time::max() when nothing is scheduled. Looks through the slots.
  [[nodiscard]] Time next_due();
  // At no cost: not later than any deadline that was scheduled since the last next_due(), and that one's answer.
  [[nodiscard]] Time soonest() const { return soonest_; }

 private:
  static constexpr std::size_t kSlots = 1024;
  [[nodiscard]] static std::int64_t tick_of(Time at);  // rounded up
  [[nodiscard]] TimerNode** slot(std::int64_t tick) { return &slots_[static_cast<std::size_t>(tick) % kSlots]; }
  void link(TimerNode& node);
  [[nodiscard]] Time first_occupied() const;
  void run_slot(std::int64_t tick, Time now);

  std::array<TimerNode*, kSlots> slots_{};
  Time soonest_{Time::max()};
  std::int64_t done_;  // the last tick that has been run
};

}  // namespace plumbline::serve
