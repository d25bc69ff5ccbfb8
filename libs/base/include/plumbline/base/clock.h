// Time as an argument: protocol and domain code never ask what time it is, they are told.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace plumbline {

using Time = std::chrono::steady_clock::time_point;  // monotonic, this machine only
using Duration = std::chrono::nanoseconds;
using WallTime = std::chrono::system_clock::time_point;  // for people and tokens

// Where components that must ask get the time from. Thread-safe in both implementations' reads.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Time now() const = 0;
  [[nodiscard]] virtual WallTime wall_now() const = 0;
};

class SteadyClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override;
  [[nodiscard]] WallTime wall_now() const override;
};

// For tests: stands still until advanced. Not thread-safe.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return now_; }
  [[nodiscard]] WallTime wall_now() const override { return wall_; }
  void advance(Duration by) {
    now_ += by;
    wall_ += std::chrono::duration_cast<WallTime::duration>(by);
  }

 private:
  Time now_{std::chrono::hours{1}};
  WallTime wall_{std::chrono::seconds{1'800'000'000}};
};

// The process-wide steady clock, for code at the edge that measures real time.
[[nodiscard]] Time steady_now();
[[nodiscard]] WallTime wall_now();

// "2026-11-21T08:01:02.003Z": the only time format on the wire (decisions.md section 3).
[[nodiscard]] std::string iso8601(WallTime at);
// The same instant in a form that file systems like: "2026-11-21T08-01-02Z".
[[nodiscard]] std::string file_stamp(WallTime at);
[[nodiscard]] std::int64_t unix_seconds(WallTime at);

}  // namespace plumbline
