#include "schedule/arrivals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace plumbline::load {
namespace {

using std::chrono::seconds;

std::vector<double> gaps_ms(const ArrivalPattern& pattern) {
  std::vector<double> gaps;
  Duration last{0};
  for (ArrivalStream stream{pattern}; stream.peek(); stream.pop()) {
    gaps.push_back(static_cast<double>((*stream.peek() - last).count()) / 1e6);
    last = *stream.peek();
  }
  return gaps;
}

TEST(ConstantArrivals, AreExactlyRateTimesLengthAndEvenlySpaced) {
  const std::vector<double> gaps = gaps_ms({Arrivals::constant, 300, seconds{10}, 1});

  ASSERT_EQ(gaps.size(), 3000U);
  for (std::size_t i = 1; i < gaps.size(); ++i) {
    ASSERT_NEAR(gaps[i], 1000.0 / 300, 1e-6);
  }
}

TEST(ConstantArrivals, DoNotDriftOverALongPhase) {
  ArrivalStream stream{{Arrivals::constant, 3, std::chrono::hours{10}, 1}};
  for (int i = 0; i < 3 * 3600 * 9; ++i) {
    stream.pop();
  }

  EXPECT_EQ(stream.peek(), std::chrono::hours{9});
}

TEST(PoissonArrivals, HaveTheMeanAndDeviationOfAnExponential) {
  std::vector<double> gaps = gaps_ms({Arrivals::poisson, 1000, seconds{100}, 42});

  const auto n = static_cast<double>(gaps.size());
  const double mean = std::accumulate(gaps.begin(), gaps.end(), 0.0) / n;
  double squares = 0;
  for (const double gap : gaps) {
    squares += (gap - mean) * (gap - mean);
  }
  EXPECT_NEAR(n, 100'000, 4 * std::sqrt(100'000.0));
  EXPECT_NEAR(mean, 1.0, 0.02);
  EXPECT_NEAR(std::sqrt(squares / n), 1.0, 0.02);
}

TEST(PoissonArrivals, AreExponentialByKolmogorovSmirnovAndUncorrelated) {
  std::vector<double> gaps = gaps_ms({Arrivals::poisson, 1000, seconds{20}, 3});
  const auto n = static_cast<double>(gaps.size());

  for (std::size_t lag = 1; lag <= 10; ++lag) {
    double products = 0;
    for (std::size_t i = lag; i < gaps.size(); ++i) {
      products += (gaps[i] - 1) * (gaps[i - lag] - 1);
    }
    EXPECT_LT(std::abs(products / n), 4 / std::sqrt(n)) << "lag " << lag;
  }
  std::sort(gaps.begin(), gaps.end());
  double worst = 0;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    worst = std::max(worst, std::abs(1 - std::exp(-gaps[i]) - static_cast<double>(i) / n));
  }
  EXPECT_LT(worst, 1.95 / std::sqrt(n));  // rejected at 0.1 %
}

TEST(PoissonArrivals, AreTheSameForTheSameSeedAndOthersForAnother) {
  const auto first = gaps_ms({Arrivals::poisson, 200, seconds{2}, 9});

  EXPECT_EQ(first, gaps_ms({Arrivals::poisson, 200, seconds{2}, 9}));
  EXPECT_NE(first, gaps_ms({Arrivals::poisson, 200, seconds{2}, 10}));
}

// Golden: a change of these numbers changes every published plan.
TEST(PoissonArrivals, KeepTheirPublishedTimes) {
  ArrivalStream stream{{Arrivals::poisson, 1000, seconds{1}, 7}};
  std::vector<std::int64_t> first;
  for (int i = 0; i < 4; ++i) {
    first.push_back(stream.peek()->count());
    stream.pop();
  }

  EXPECT_EQ(first, (std::vector<std::int64_t>{1278367, 1447844, 3522205, 6690358}));
}

TEST(ArrivalsPerSecond, SumToTheArrivalsOfThePhase) {
  const auto counts = arrivals_per_second({Arrivals::constant, 10, std::chrono::milliseconds{2500}, 1});

  EXPECT_EQ(counts, (std::vector<std::uint64_t>{10, 10, 5}));
}

TEST(Arrivals, AreNoneAtRateZero) {
  EXPECT_FALSE(ArrivalStream({Arrivals::poisson, 0, seconds{5}, 1}).peek().has_value());
}

TEST(RampOffset, SpreadsDevicesEvenly) {
  EXPECT_EQ(ramp_offset(0, 4, seconds{8}), seconds{0});
  EXPECT_EQ(ramp_offset(3, 4, seconds{8}), seconds{6});
}

}  // namespace
}  // namespace plumbline::load
