#include "flat_map.h"

#include <gtest/gtest.h>

#include <unordered_map>

namespace plumbline::checker {
namespace {

TEST(FlatMap, BehavesLikeAnOrdinaryMapUnderRandomUse) {
  Rng rng{11};
  FlatMap map;
  std::unordered_map<std::uint64_t, std::uint32_t> truth;
  for (std::uint32_t step = 0; step < 200'000; ++step) {
    const std::uint64_t key = rng.below(700);
    if (truth.count(key) == 0) {
      map.insert(key, step);
      truth[key] = step;
    } else {
      map.erase(key);
      truth.erase(key);
    }
    const std::uint64_t probe = rng.below(700);
    const auto expected = truth.find(probe);
    ASSERT_EQ(map.find(probe), expected == truth.end() ? FlatMap::kNone : expected->second);
  }
  EXPECT_EQ(map.size(), truth.size());
}

TEST(FlatMap, FindsNothingWhenEmpty) {
  FlatMap map;
  map.erase(3);

  EXPECT_EQ(map.find(3), FlatMap::kNone);
}

}  // namespace
}  // namespace plumbline::checker
