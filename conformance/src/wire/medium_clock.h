// A medium's time where a Clock is wanted. Stage: wire.
#pragma once

#include "plumbline/base/clock.h"
#include "wire/medium.h"

namespace plumbline::conform {

// When the last thing happened: for logs. There is no wall clock in a case.
class LastEventClock final : public Clock {
 public:
  explicit LastEventClock(Medium& medium) : medium_(medium) {}
  [[nodiscard]] Time now() const override { return medium_.time(); }
  [[nodiscard]] WallTime wall_now() const override { return {}; }

 private:
  Medium& medium_;
};

// The time now; each reading is a step of the record.
class CaseClock final : public Clock {
 public:
  explicit CaseClock(Medium& medium) : medium_(medium) {}
  [[nodiscard]] Time now() const override { return medium_.read_clock(); }
  [[nodiscard]] WallTime wall_now() const override { return {}; }

 private:
  Medium& medium_;
};

}  // namespace plumbline::conform
