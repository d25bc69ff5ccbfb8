#include "message_key.h"

#include <gtest/gtest.h>

namespace plumbline::checker {
namespace {

TEST(MessageKey, GivesUuidsAndShortIdsBack) {
  EXPECT_EQ(MessageKey("123E4567-e89b-42d3-a456-426614174000").text(), "123e4567-e89b-42d3-a456-426614174000");
  EXPECT_EQ(MessageKey("m-42").text(), "m-42");
  EXPECT_EQ(MessageKey("0123456789abcdef").text(), "0123456789abcdef");
}

TEST(MessageKey, TellsIdsApart) {
  EXPECT_EQ(MessageKey("a"), MessageKey("a"));
  EXPECT_FALSE(MessageKey("a") == MessageKey("b"));
  EXPECT_FALSE(MessageKey("a") == MessageKey(std::string_view("a\0", 2)));
  EXPECT_FALSE(MessageKey("long-id-0000000000000001") == MessageKey("long-id-0000000000000002"));
  EXPECT_EQ(MessageKey("long-id-0000000000000001"), MessageKey("long-id-0000000000000001"));
  EXPECT_FALSE(MessageKey("123e4567-e89b-42d3-a456-42661417400z").empty());
}

TEST(MessageKey, IsEmptyWithoutAnId) {
  EXPECT_TRUE(MessageKey("").empty());
  EXPECT_EQ(MessageKey("").text(), "");
}

}  // namespace
}  // namespace plumbline::checker
