// How many sends may be under way at once, so that what is taken is also answered in time. Stage: service. Sans-I/O.
#pragma once

#include <cstddef>
#include <cstdint>

#include "plumbline/base/clock.h"

namespace plumbline::serve {

// One per shard. A server that takes more than its backends carry answers everybody late, and work that nobody waits
// for any more crowds out the rest: it stays down after the load has gone. So the bound follows the answers: while most
// of them are slow it shrinks by a tenth every 100 ms, otherwise it grows by a twentieth. An outage of a second or two,
// with everything slow and then quick again, hardly moves it; overload does (shared design, failover.md d.3 step 2).
class Admission {
 public:
  struct Limits {
    std::size_t most{2000};
    std::size_t least{16};
    Duration slow{std::chrono::milliseconds{250}};  // half of what a send waits for the log's report
    Duration window{std::chrono::milliseconds{100}};
  };

  explicit Admission(Limits limits) : limits_(limits), bound_(limits.most) {}

  [[nodiscard]] bool enter(Time now);  // false: refuse it; nothing to leave then
  void leave(Time entered, Time now);  // once for each that entered, whatever its answer

  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }
  [[nodiscard]] std::size_t bound() const { return bound_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  void close_window(Time now);

  Limits limits_;
  std::size_t bound_;
  std::size_t in_flight_{0};
  std::uint64_t refused_{0};
  Time window_began_;
  std::size_t answered_{0};  // in this window
  std::size_t slow_{0};
};

}  // namespace plumbline::serve
