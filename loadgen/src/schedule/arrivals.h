// When each arrival of a phase is due: pure functions of (index, seed), open loop. Stage: schedule.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "plumbline/base/clock.h"
#include "scenario/scenario.h"

namespace plumbline::load {

struct ArrivalPattern {
  Arrivals kind{Arrivals::constant};
  double rate{0};  // per second; 0 yields no arrivals
  Duration length{0};
  std::uint64_t seed{0};
};

// The pause before arrival `index` of a Poisson process: exponential with mean 1 / rate.
[[nodiscard]] Duration poisson_gap(const ArrivalPattern& pattern, std::uint64_t index);

// Walks the arrivals of one phase in order. Copyable; holds no more than its position.
class ArrivalStream {
 public:
  explicit ArrivalStream(const ArrivalPattern& pattern);

  // Offset of the next arrival from the start of the phase, nullopt after the last. Does not move on.
  [[nodiscard]] std::optional<Duration> peek() const;
  void pop();
  [[nodiscard]] std::uint64_t index() const { return index_; }  // of the arrival that peek() shows

 private:
  void place();

  ArrivalPattern pattern_;
  std::uint64_t index_{0};
  Duration at_{0};
};

// When device `index` of `count` that a ramp brings up starts to connect: evenly spread over the ramp.
[[nodiscard]] Duration ramp_offset(std::uint64_t index, std::uint64_t count, Duration over);

// Arrivals per second of the phase, the last second possibly partial.
[[nodiscard]] std::vector<std::uint64_t> arrivals_per_second(const ArrivalPattern& pattern);

}  // namespace plumbline::load
