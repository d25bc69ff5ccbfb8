// What the words after `plumbline conform` may be.
#include "options.h"

#include <gtest/gtest.h>

namespace plumbline::conform {
namespace {

TEST(ConformOptions, TakesEverySeedThatFits) {
  EXPECT_EQ(parse_options({"--seed", "0"}).options.seed, 0U);
  EXPECT_EQ(parse_options({"--seed", "18446744073709551615"}).options.seed, 18'446'744'073'709'551'615U);
}

TEST(ConformOptions, RefusesASeedThatIsNoWholeNumber) {
  for (const char* seed : {"-1", "1.5", "", "one", "18446744073709551616"}) {
    EXPECT_EQ(parse_options({std::string("--seed=") + seed}).exit, 2) << seed;
  }
}

TEST(ConformOptions, RefusesAVariantOfAServerThatIsNotOurs) {
  EXPECT_EQ(parse_options({"--variant", "recovery"}).options.own.variant, "recovery");
  EXPECT_EQ(parse_options({}).options.own.variant, "plain");
  EXPECT_EQ(parse_options({"--variant", "unheard-of"}).exit, 2);
  EXPECT_EQ(parse_options({"--variant", "plain", "--target", "http://127.0.0.1:1"}).exit, 2);
  EXPECT_EQ(parse_options({"--variant", "plain", "--subject", "client"}).exit, 2);
}

TEST(ConformOptions, KnowsItsThreeTasks) {
  EXPECT_EQ(parse_options({"list", "--json"}).options.task, Options::Task::list);
  EXPECT_EQ(parse_options({"explain", "EIO-UP-04"}).options.task, Options::Task::explain);
  EXPECT_EQ(parse_options({"run"}).options.task, Options::Task::run);
  EXPECT_EQ(parse_options({"explain"}).exit, 2);
}

}  // namespace
}  // namespace plumbline::conform
