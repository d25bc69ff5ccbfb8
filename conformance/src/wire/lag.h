// How late the suite or the target itself was: no timing verdict while the machine stands still. Stage: wire.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

#include "plumbline/base/clock.h"

namespace plumbline::conform {

// Something that was due and seen only later.
struct Late {
  Time due;
  Time seen;
};

// The worst lateness of anything that was due or seen within [from, to].
[[nodiscard]] Duration worst_of(const std::vector<Late>& marks, Time from, Time to);
// How much of [from, to] lies in any of them.
[[nodiscard]] Duration covered_by(std::vector<Late> marks, Time from, Time to);

// Thread-safe. `record` is for the ticker and for tests.
class LagTrack {
 public:
  void record(Time due, Time seen);
  [[nodiscard]] Duration worst(Time from, Time to) const;
  // The marks that came since `cursor`, which moves behind them; it begins at 0.
  [[nodiscard]] std::vector<Late> news(std::size_t& cursor) const;

 private:
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
