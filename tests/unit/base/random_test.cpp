#include "plumbline/base/random.h"

#include <gtest/gtest.h>

namespace plumbline {
namespace {

TEST(Rng, SameSeedGivesSameNumbers) {
  Rng a{7};
  Rng b{7};
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(a.next(), b.next());
  }
}

TEST(Rng, BelowStaysBelowAndReachesBothEnds) {
  Rng rng{3};
  std::uint64_t low = 99;
  std::uint64_t high = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t value = rng.below(5);
    ASSERT_LT(value, 5U);
    low = std::min(low, value);
    high = std::max(high, value);
  }
  EXPECT_EQ(low, 0U);
  EXPECT_EQ(high, 4U);
}

TEST(Rng, ExponentialHasItsMean) {
  Rng rng{5};
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    sum += rng.exponential(2.0);
  }
  EXPECT_NEAR(sum / 100'000, 2.0, 0.03);  // three standard errors
}

TEST(SecureBytes, AreNotRepeated) {
  EXPECT_NE(secure_bytes(16), secure_bytes(16));
}

}  // namespace
}  // namespace plumbline
