// The histogram against the truth: the sorted vector of the same values.
#include "plumbline/stats/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "plumbline/base/random.h"

namespace plumbline::stats {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

struct Shape {
  const char* name;
  std::function<double(Rng&)> draw;  // nanoseconds
};

class HistogramShapes : public testing::TestWithParam<Shape> {};

TEST_P(HistogramShapes, PercentilesAreWithinOneThousandthAboveTheSortedTruth) {
  Rng rng{42};
  Histogram histogram;
  std::vector<std::int64_t> truth;
  for (int i = 0; i < 20'000; ++i) {
    const auto value = static_cast<std::int64_t>(GetParam().draw(rng));
    truth.push_back(value);
    histogram.record(nanoseconds{value});
  }
  std::sort(truth.begin(), truth.end());

  for (std::size_t thousandth = 0; thousandth <= 1000; ++thousandth) {
    const std::size_t rank = std::max<std::size_t>(1, (thousandth * truth.size() + 999) / 1000);
    const std::int64_t exact = truth[rank - 1];
    const std::int64_t told = histogram.percentile(static_cast<double>(thousandth) / 1000).count();
    ASSERT_GE(told, exact) << thousandth;
    ASSERT_LE(static_cast<double>(told), static_cast<double>(exact) * 1.001) << thousandth;
  }
  EXPECT_EQ(histogram.min().count(), truth.front());
  EXPECT_EQ(histogram.max().count(), truth.back());
}

INSTANTIATE_TEST_SUITE_P(Seeded, HistogramShapes,
                         testing::Values(Shape{"Uniform",
                                               [](Rng& rng) {
                                                 return rng.uniform() * 1e7;
                                               }},
                                         Shape{"Tiny",
                                               [](Rng& rng) {
                                                 return rng.uniform() * 3000;
                                               }},
                                         Shape{"Exponential",
                                               [](Rng& rng) {
                                                 return rng.exponential(2e6);
                                               }},
                                         Shape{"LogNormal",
                                               [](Rng& rng) {
                                                 return std::exp(13 + 2 * rng.normal());
                                               }},
                                         Shape{"Bimodal",
                                               [](Rng& rng) {
                                                 return rng.uniform() < 0.99 ? 1e6 : 5e8;
                                               }},
                                         Shape{"Pareto",
                                               [](Rng& rng) {
                                                 return std::min(3.6e12, 1e5 / (1 - rng.uniform()));
                                               }}),
                         [](const testing::TestParamInfo<Shape>& param) { return param.param.name; });

// Gatling issue 4715: a bucketed percentile that answered 7 ms here.
TEST(Histogram, P95IsTheSlowValueWhenSixOfAHundredAndTwoAreSlow) {
  Histogram histogram;
  for (int i = 0; i < 96; ++i) {
    histogram.record(milliseconds{i % 8});
  }
  histogram.record(milliseconds{1502}, 6);

  for (int read = 0; read < 2000; ++read) {
    ASSERT_EQ(histogram.percentile(0.95), milliseconds{1502});
  }
}

TEST(Histogram, RankIsExactWhereBinaryFractionsAreNot) {
  Histogram histogram;
  for (int i = 1; i <= 100; ++i) {
    histogram.record(nanoseconds{i});
  }

  for (int percent = 1; percent <= 100; ++percent) {
    EXPECT_EQ(histogram.percentile(percent / 100.0).count(), percent);
  }
}

TEST(Histogram, CountsValuesOutsideTheRangeAndNeverClampsThem) {
  Histogram histogram;
  histogram.record(milliseconds{-3}, 2);
  histogram.record(milliseconds{5}, 6);
  histogram.record(hours{2}, 2);

  EXPECT_EQ(histogram.count(), 10U);
  EXPECT_EQ(histogram.negative(), 2U);
  EXPECT_EQ(histogram.overflow(), 2U);
  EXPECT_EQ(histogram.percentile(0.1), milliseconds{-3});
  EXPECT_GE(histogram.percentile(0.5), milliseconds{5});
  EXPECT_LE(histogram.percentile(0.5), nanoseconds{5'005'000});
  EXPECT_EQ(histogram.percentile(0.99), hours{2});
  EXPECT_EQ(histogram.min(), milliseconds{-3});
  EXPECT_EQ(histogram.max(), hours{2});
}

TEST(Histogram, OneHourIsInsideTheRange) {
  Histogram histogram;
  histogram.record(hours{1});
  histogram.record(hours{1} + nanoseconds{1});

  EXPECT_EQ(histogram.overflow(), 1U);
}

TEST(Histogram, EmptyAnswersZero) {
  const Histogram histogram;

  EXPECT_EQ(histogram.percentile(0.99).count(), 0);
  EXPECT_EQ(histogram.max().count(), 0);
  EXPECT_EQ(histogram.mean_ns(), 0.0);
}

class HistogramMerge : public testing::TestWithParam<std::size_t> {};

TEST_P(HistogramMerge, IsBitIdenticalToOneHistogramInAnyOrder) {
  Rng rng{GetParam()};
  Histogram whole;
  std::vector<Histogram> parts(GetParam());
  for (int i = 0; i < 30'000; ++i) {
    const nanoseconds value{static_cast<std::int64_t>(std::exp(12 + 4 * rng.normal())) - 20};
    whole.record(value);
    parts[rng.below(parts.size())].record(value);
  }

  Histogram forward;
  Histogram backward;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    forward.merge(parts[i]);
    backward.merge(parts[parts.size() - 1 - i]);
  }

  EXPECT_TRUE(forward == whole);
  EXPECT_TRUE(backward == whole);
  EXPECT_EQ(forward.mean_ns(), whole.mean_ns());
  EXPECT_EQ(forward.percentile(0.999), whole.percentile(0.999));
}

INSTANTIATE_TEST_SUITE_P(Parts, HistogramMerge, testing::Values(1U, 2U, 7U));

TEST(Histogram, DiffersWhenOneValueDiffers) {
  Histogram a;
  Histogram b;
  a.record(nanoseconds{10});
  b.record(nanoseconds{11});

  EXPECT_FALSE(a == b);
}

TEST(Histogram, BucketsHoldEveryValueBetweenTheirEdges) {
  Histogram histogram;
  for (const std::int64_t value : {0L, 2047L, 2048L, 1'000'003L, 3'600'000'000'000L}) {
    histogram.record(nanoseconds{value});
  }

  const auto buckets = histogram.buckets();

  ASSERT_EQ(buckets.size(), 5U);
  EXPECT_EQ(buckets[1].lower_ns, 2047);
  EXPECT_EQ(buckets[1].upper_ns, 2047);
  EXPECT_LE(buckets[3].lower_ns, 1'000'003);
  EXPECT_GE(buckets[3].upper_ns, 1'000'003);
}

TEST(Histogram, IsEmptyAgainAfterClear) {
  Histogram histogram;
  histogram.record(milliseconds{3});
  histogram.clear();

  EXPECT_TRUE(histogram == Histogram{});
}

}  // namespace
}  // namespace plumbline::stats
