// Many coarse deadlines behind one timer: moving a deadline further away costs nothing, which pings do all the time.
#pragma once

#include <array>
#include <cstddef>

#include "plumbline/base/clock.h"

namespace plumbline::client {

class DeadlineWheel;

// Something with a deadline. Leaves its wheel when destroyed.
class Deadline {
 public:
  Deadline() = default;
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  virtual ~Deadline() { cancel(); }

  void cancel();
  [[nodiscard]] bool scheduled() const { return wheel_ != nullptr; }

  // Called once at or up to kTick + the timer's lateness after the deadline. May schedule again, may destroy others.
  virtual void on_deadline(Time now) = 0;

 private:
  friend class DeadlineWheel;
  void unlink();
  void link_before(Deadline& other);

  Deadline* previous_{this};
  Deadline* next_{this};
  DeadlineWheel* wheel_{nullptr};
  Time due_{};
  Time visited_{};  // when the wheel will look at it: at or before due_
};

class DeadlineWheel {
 public:
  static constexpr Duration kTick{std::chrono::milliseconds{10}};

  explicit DeadlineWheel(Time now) : now_(now) {}
  DeadlineWheel(const DeadlineWheel&) = delete;
  DeadlineWheel& operator=(const DeadlineWheel&) = delete;
  ~DeadlineWheel();  // entries stay, unscheduled

  void schedule(Deadline& entry, Time due);
  void advance(Time now);
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  friend class Deadline;
  class Slot final : public Deadline {
   public:
    void on_deadline(Time) override {}
  };
  static constexpr std::size_t kSlots = 1024;  // further deadlines are looked at once per turn of the wheel

  [[nodiscard]] static std::int64_t tick_of(Time at) { return at.time_since_epoch() / kTick; }
  void place(Deadline& entry);
  void run_slot(std::int64_t tick, Time now);

  std::array<Slot, kSlots> slots_;
  Time now_;
  std::size_t size_{0};
};

}  // namespace plumbline::client
