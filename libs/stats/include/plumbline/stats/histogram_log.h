// latency.hlog: one text line per interval and series, readable again without loss, so that a run can be re-rendered
// and intervals of several workers merged.
//
//   h1 <series> <start_ms> <end_ms> <overflow> <negative> <min_ns> <max_ns> <sum_ns, hex> <count>
//   <index+step:count,...> ;
//
// Bucket indexes are written as distances. The closing `;` and the total make a line that was cut off unreadable
// instead of quietly wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plumbline/base/result.h"
#include "plumbline/stats/histogram.h"

namespace plumbline::stats {

struct Interval {
  std::string series;        // no white space
  std::int64_t start_ms{0};  // since the start of the run
  std::int64_t end_ms{0};
  Histogram histogram;
};

// One line with its newline.
[[nodiscard]] std::string write_interval(const Interval& interval);
// One line, with or without its newline. Errc::malformed for anything else than what write_interval makes.
[[nodiscard]] Result<Interval> read_interval(std::string_view line);

}  // namespace plumbline::stats
