// Suggestions for misspelt words.
#include "catalogue/strict_map.h"

#include <gtest/gtest.h>

namespace plumbline::conform {
namespace {

TEST(Nearest, SuggestsTheWordWithOneLetterWrong) {
  EXPECT_EQ(nearest("timeing", {"limits", "timing"}), "timing");
}

TEST(Nearest, SuggestsNothingWhenNothingIsNear) {
  EXPECT_EQ(nearest("banana", {"limits", "timing"}), std::nullopt);
}

TEST(Nearest, SuggestsNothingWhenThereIsNothing) {
  EXPECT_EQ(nearest("x", {}), std::nullopt);
}

}  // namespace
}  // namespace plumbline::conform
