#include "seen_set.h"

#include <gtest/gtest.h>

#include <set>

#include "plumbline/base/random.h"

namespace plumbline::checker {
namespace {

TEST(SeenSet, AgreesWithAnOrdinarySetUnderRandomUse) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Rng rng{seed};
    SeenSet seen;
    std::set<std::uint64_t> truth;
    std::uint64_t head = 1 + rng.below(3) * 100'000;
    for (int step = 0; step < 3000; ++step) {
      head += rng.below(50) == 0 ? rng.below(2000) : rng.below(3);
      const std::uint64_t back = rng.below(20) == 0 ? rng.below(3000) : rng.below(40);
      const std::uint64_t id = head > back ? head - back : 1;
      ASSERT_EQ(seen.insert(id), truth.insert(id).second) << "seed " << seed << " step " << step;
      const std::uint64_t probe = 1 + rng.below(head + 300);
      ASSERT_EQ(seen.contains(probe), truth.count(probe) == 1) << "seed " << seed << " probe " << probe;
    }
    EXPECT_EQ(seen.max(), *truth.rbegin());
  }
}

TEST(SeenSet, NeedsNoIntervalsWhileIdsAreDense) {
  SeenSet seen;
  for (std::uint64_t id = 1; id <= 10'000; ++id) {
    ASSERT_TRUE(seen.insert(id));
  }

  EXPECT_EQ(seen.gaps(), 0U);
  EXPECT_FALSE(seen.insert(1));
}

TEST(SeenSet, TakesTheLargestSequenceId) {
  SeenSet seen;

  EXPECT_TRUE(seen.insert(std::uint64_t{1} << 53U));
  EXPECT_TRUE(seen.insert(7));
  EXPECT_FALSE(seen.insert(7));
}

}  // namespace
}  // namespace plumbline::checker
