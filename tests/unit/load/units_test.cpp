#include "scenario/units.h"

#include <gtest/gtest.h>

namespace plumbline::load {
namespace {

TEST(ParseDuration, KnowsItsUnitsAndRefusesOthers) {
  EXPECT_EQ(parse_duration("10s"), std::chrono::seconds{10});
  EXPECT_EQ(parse_duration("2.5ms"), std::chrono::microseconds{2500});
  EXPECT_EQ(parse_duration("1h"), std::chrono::hours{1});
  for (const char* text : {"", "10", "10 parsecs", "-1s", "1e3s", "s", "1..5s", "999999999999h", "nan", "infs"}) {
    EXPECT_FALSE(parse_duration(text).has_value()) << text;
  }
}

TEST(ParseSize, TellsThousandsFromPowersOfTwo) {
  EXPECT_EQ(parse_size("2KB"), 2000);
  EXPECT_EQ(parse_size("2KiB"), 2048);
  EXPECT_FALSE(parse_size("2").has_value());
}

TEST(ParseRate, IsPerSecond) {
  EXPECT_EQ(parse_rate("500/s"), 500);
  EXPECT_EQ(parse_rate("1_000/s"), 1000);
  EXPECT_DOUBLE_EQ(parse_rate("30/m").value_or(0), 0.5);
  EXPECT_FALSE(parse_rate("500").has_value());
}

TEST(ParsePercent, StopsAtOneHundred) {
  EXPECT_DOUBLE_EQ(parse_percent("80%").value_or(0), 0.8);
  EXPECT_FALSE(parse_percent("101%").has_value());
  EXPECT_FALSE(parse_percent("0.8").has_value());
}

TEST(ParseCount, TakesWholeNumbersOnly) {
  EXPECT_EQ(parse_count("2_000"), 2000U);
  EXPECT_FALSE(parse_count("2.5").has_value());
  EXPECT_FALSE(parse_count("99999999999999999999").has_value());
}

}  // namespace
}  // namespace plumbline::load
