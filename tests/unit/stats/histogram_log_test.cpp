#include "plumbline/stats/histogram_log.h"

#include <gtest/gtest.h>

#include "plumbline/base/random.h"

namespace plumbline::stats {
namespace {

Interval sample() {
  Interval interval{"e2e", 1000, 2000, {}};
  Rng rng{9};
  for (int i = 0; i < 500; ++i) {
    interval.histogram.record(Duration{static_cast<std::int64_t>(rng.exponential(3e6))});
  }
  interval.histogram.record(Duration{-5});
  interval.histogram.record(std::chrono::hours{3});
  return interval;
}

TEST(HistogramLog, ReadsBackBitIdentically) {
  const Interval written = sample();

  const Result<Interval> read = read_interval(write_interval(written));

  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->series, "e2e");
  EXPECT_EQ(read->start_ms, 1000);
  EXPECT_EQ(read->end_ms, 2000);
  EXPECT_TRUE(read->histogram == written.histogram);
}

TEST(HistogramLog, CarriesAnEmptyInterval) {
  const Result<Interval> read = read_interval(write_interval({"answer", 0, 1000, {}}));

  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(read->histogram == Histogram{});
}

TEST(HistogramLog, RefusesALineCutAnywhere) {
  const std::string line = write_interval(sample());

  for (std::size_t length = 0; length + 1 < line.size(); ++length) {
    ASSERT_FALSE(read_interval(std::string_view(line).substr(0, length)).has_value()) << length;
  }
}

TEST(HistogramLog, RefusesBucketsOutsideTheRange) {
  EXPECT_FALSE(read_interval("h1 e2e 0 1 0 0 1 1 00000000000000000000000000000001 1 99999999:1 ;").has_value());
  EXPECT_FALSE(read_interval("h1 e2e 0 1 0 0 1 1 00000000000000000000000000000001 1 4294967295:1,2:1 ;").has_value());
}

}  // namespace
}  // namespace plumbline::stats
