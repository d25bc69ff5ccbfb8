#include "schedule/arrivals.h"

#include <cmath>

#include "plumbline/base/random.h"

namespace plumbline::load {

Duration poisson_gap(const ArrivalPattern& pattern, std::uint64_t index) {
  const double u = unit_double(mix64(mix64(pattern.seed) + index));
  return Duration{std::llround(-std::log1p(-u) * 1e9 / pattern.rate)};
}

ArrivalStream::ArrivalStream(const ArrivalPattern& pattern) : pattern_(pattern) {
  place();
}

void ArrivalStream::place() {
  if (pattern_.rate <= 0) {
    at_ = pattern_.length;
  } else if (pattern_.kind == Arrivals::constant) {
    // From the index, not by adding up: rounding never accumulates.
    at_ = Duration{std::llround(static_cast<double>(index_) * 1e9 / pattern_.rate)};
  } else {
    at_ += poisson_gap(pattern_, index_);
  }
}

std::optional<Duration> ArrivalStream::peek() const {
  return at_ < pattern_.length ? std::optional<Duration>{at_} : std::nullopt;
}

void ArrivalStream::pop() {
  ++index_;
  place();
}

Duration ramp_offset(std::uint64_t index, std::uint64_t count, Duration over) {
  return count == 0 ? Duration{0}
                    : Duration{static_cast<std::int64_t>(static_cast<double>(over.count()) *
                                                         static_cast<double>(index) / static_cast<double>(count))};
}

std::vector<std::uint64_t> arrivals_per_second(const ArrivalPattern& pattern) {
  const auto seconds =
      static_cast<std::size_t>((pattern.length + std::chrono::seconds{1} - Duration{1}) / std::chrono::seconds{1});
  std::vector<std::uint64_t> counts(seconds, 0);
  ArrivalStream stream{pattern};
  for (auto next = stream.peek(); next; stream.pop(), next = stream.peek()) {
    ++counts[static_cast<std::size_t>(*next / std::chrono::seconds{1})];
  }
  return counts;
}

}  // namespace plumbline::load
