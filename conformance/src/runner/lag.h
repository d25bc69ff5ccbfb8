// The suite's own lateness, measured by a 5 ms ticker: no timing verdict while the machine stands still. Stage: runner.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "plumbline/base/clock.h"

namespace plumbline::conform {

// Thread-safe. `record` is for the ticker and for tests.
class LagTrack {
 public:
  void record(Time due, Time seen);
  // The worst lateness of any tick that was due or seen within [from, to].
  [[nodiscard]] Duration worst(Time from, Time to) const;

 private:
  struct Late {
    Time due;
    Time seen;
  };
  mutable std::mutex mutex_;
  std::vector<Late> late_;  // only ticks later than 1 ms
};

// Ticks into a track until destroyed.
class LagTicker {
 public:
  LagTicker(LagTrack& track, const Clock& clock);
  ~LagTicker();
  LagTicker(const LagTicker&) = delete;
  LagTicker& operator=(const LagTicker&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_{false};
  std::thread thread_;
};

}  // namespace plumbline::conform
