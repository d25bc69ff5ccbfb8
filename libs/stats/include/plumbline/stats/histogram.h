// Log-linear histogram of durations: every value counted, relative error at most 0.1 %, merges exactly.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plumbline/base/clock.h"

namespace plumbline::stats {

// Range 1 ns .. 1 h; values above are counted as overflow (and make percentiles that fall there say so), negative ones
// as negative; neither is ever clamped into the range. Not thread-safe: one per owner, merged at the end.
class Histogram {
 public:
  Histogram();

  void record(Duration value, std::uint64_t times = 1);
  void merge(const Histogram& other);  // exact: same result in any order

  [[nodiscard]] std::uint64_t count() const;      // all recorded, overflow and negative included
  [[nodiscard]] std::uint64_t overflow() const;
  [[nodiscard]] std::uint64_t negative() const;
  [[nodiscard]] Duration min() const;             // exact
  [[nodiscard]] Duration max() const;             // exact, overflow included
  [[nodiscard]] double mean_ns() const;
  // Smallest recorded value v with at least q * count() values <= v, as the upper edge of its bucket, never above max().
  // Zero when empty. q in [0, 1].
  [[nodiscard]] Duration percentile(double q) const;

  struct Bucket {
    std::int64_t lower_ns;
    std::int64_t upper_ns;
    std::uint64_t count;
  };
  [[nodiscard]] std::vector<Bucket> buckets() const;  // non-empty ones, ascending

  bool operator==(const Histogram&) const = default;

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_{0};
  std::uint64_t overflow_{0};
  std::uint64_t negative_{0};
  std::int64_t min_ns_{0};
  std::int64_t max_ns_{0};
  double sum_ns_{0};
};

}  // namespace plumbline::stats
