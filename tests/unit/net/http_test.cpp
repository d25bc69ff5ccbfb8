// Query strings and header lookup.
#include "plumbline/net/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(ParseQuery, KeepsOrderAndRepeatedNames) {
  EXPECT_THAT(parse_query("EIO=4&a=1&EIO=3"), ElementsAre(Pair("EIO", "4"), Pair("a", "1"), Pair("EIO", "3")));
}

TEST(ParseQuery, DecodesPercentAndPlus) {
  EXPECT_THAT(parse_query("n%61me=a+b%2Fc"), ElementsAre(Pair("name", "a b/c")));
}

TEST(ParseQuery, KeepsMalformedEscapesLiterally) {
  EXPECT_THAT(parse_query("a=%zz&b=%4&c=%"), ElementsAre(Pair("a", "%zz"), Pair("b", "%4"), Pair("c", "%")));
}

TEST(ParseQuery, AcceptsMissingValuesAndEmptyPairs) {
  EXPECT_THAT(parse_query("&sid=&&flag"), ElementsAre(Pair("sid", ""), Pair("flag", "")));
  EXPECT_THAT(parse_query(""), IsEmpty());
}

TEST(FindHeader, GivesTheFirstValueOrNothing) {
  const Headers headers{{"host", "a"}, {"x", "1"}, {"x", "2"}};

  EXPECT_EQ(find_header(headers, "x"), "1");
  EXPECT_EQ(find_header(headers, "y"), "");
}

}  // namespace
}  // namespace plumbline::net
