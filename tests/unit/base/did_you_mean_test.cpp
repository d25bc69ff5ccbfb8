// Suggestions for misspelt words.
#include "plumbline/base/did_you_mean.h"

#include <gtest/gtest.h>

namespace plumbline {
namespace {

TEST(DidYouMean, NamesTheWordWithOneLetterWrong) {
  EXPECT_EQ(did_you_mean("timeing", {"limits", "timing"}), "; did you mean 'timing'?");
}

TEST(DidYouMean, NamesNothingThatIsNotNear) {
  EXPECT_EQ(did_you_mean("banana", {"limits", "timing"}), "");
}

TEST(DidYouMean, LetsALongWordHaveAThirdOfItsLettersWrong) {
  EXPECT_EQ(did_you_mean("redis-mstr-kil", {"redis-master-kill"}), "; did you mean 'redis-master-kill'?");
}

TEST(DidYouMean, NamesNothingWhenNothingIsKnown) {
  EXPECT_EQ(did_you_mean("x", {}), "");
}

}  // namespace
}  // namespace plumbline
