// Log-linear histogram of durations: every value counted, relative error at most 0.1 %, merges exactly.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plumbline/base/clock.h"

namespace plumbline::stats {

__extension__ typedef __int128 WideInt;  // sums stay exact: 10^8 values of an hour do not fit 64 bits

// Range 0 .. 1 h; values above are counted as overflow (and make percentiles that fall there say so), negative ones
// as negative; neither is ever clamped into the range. Below 2,048 ns every value has its own bucket, above it each
// power of two has 1,024. Storage grows by pages of 64 buckets where values fall, so a histogram of one second costs
// 1-3 KB. Not thread-safe: one per owner, merged at the end.
class Histogram {
 public:
  Histogram() = default;

  void record(Duration value, std::uint64_t times = 1);
  void merge(const Histogram& other);  // exact: same result in any order
  void clear();                        // keeps the pages, for reuse by the next interval

  [[nodiscard]] std::uint64_t count() const { return count_; }  // all recorded, overflow and negative included
  [[nodiscard]] std::uint64_t overflow() const { return overflow_; }
  [[nodiscard]] std::uint64_t negative() const { return negative_; }
  [[nodiscard]] Duration min() const { return Duration{min_ns_}; }  // exact; zero when empty
  [[nodiscard]] Duration max() const { return Duration{max_ns_}; }  // exact, overflow included; zero when empty
  [[nodiscard]] WideInt sum_ns() const { return sum_ns_; }          // exact, overflow and negative included
  [[nodiscard]] double mean_ns() const;
  // Smallest recorded value v with at least q * count() values <= v, as the upper edge of its bucket, never above
  // max(). A rank among the negative values gives min(), one among the overflow gives max(). Zero when empty. q in [0,
  // 1].
  [[nodiscard]] Duration percentile(double q) const;

  struct Bucket {
    std::int64_t lower_ns;  // both edges inclusive
    std::int64_t upper_ns;
    std::uint64_t count;
  };
  [[nodiscard]] std::vector<Bucket> buckets() const;  // non-empty ones, ascending

  // For the interval log: one bucket by its index, and the exact extremes and sum that buckets cannot give back.
  struct Cell {
    std::uint32_t index;
    std::uint64_t count;
  };
  struct Parts {
    std::uint64_t overflow{0};
    std::uint64_t negative{0};
    std::int64_t min_ns{0};
    std::int64_t max_ns{0};
    WideInt sum_ns{0};
    std::vector<Cell> cells;  // ascending
  };
  [[nodiscard]] Parts parts() const;
  [[nodiscard]] static Histogram from_parts(const Parts& parts);
  [[nodiscard]] static std::uint32_t bucket_count();

  bool operator==(const Histogram& other) const;

 private:
  std::uint64_t& cell(std::uint32_t index);

  std::vector<std::uint16_t> directory_;  // page of 64 buckets -> 1-based position in pages_, 0 when never used
  std::vector<std::uint64_t> pages_;
  std::uint64_t count_{0};
  std::uint64_t overflow_{0};
  std::uint64_t negative_{0};
  std::int64_t min_ns_{0};
  std::int64_t max_ns_{0};
  WideInt sum_ns_{0};
};

}  // namespace plumbline::stats
