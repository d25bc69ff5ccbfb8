// UTF-8 validity: the edges of RFC 3629.
#include <gtest/gtest.h>

#include "plumbline/websocket/codec.h"

namespace plumbline::websocket {
namespace {

struct Text {
  const char* name;
  std::string bytes;
  bool valid;
};

class Utf8 : public ::testing::TestWithParam<Text> {};

TEST_P(Utf8, IsJudgedByRfc3629) {
  EXPECT_EQ(is_valid_utf8(GetParam().bytes), GetParam().valid);
  EXPECT_EQ(is_valid_utf8("eight+bytes+of+ascii" + GetParam().bytes + "more ascii behind"), GetParam().valid);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, Utf8,
    ::testing::Values(Text{"Empty", "", true}, Text{"Nul", std::string(1, '\0'), true},
                      Text{"TwoBytes", "\xC2\x80\xDF\xBF", true}, Text{"ThreeBytes", "\xE0\xA0\x80\xEF\xBF\xBF", true},
                      Text{"FourBytes", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", true},
                      Text{"AroundSurrogates", "\xED\x9F\xBF\xEE\x80\x80", true},
                      Text{"OverlongSlash", "\xC0\xAF", false}, Text{"OverlongC1", "\xC1\xBF", false},
                      Text{"OverlongThree", "\xE0\x9F\xBF", false}, Text{"OverlongFour", "\xF0\x8F\xBF\xBF", false},
                      Text{"LowSurrogate", "\xED\xA0\x80", false}, Text{"HighSurrogate", "\xED\xBF\xBF", false},
                      Text{"AboveUnicode", "\xF4\x90\x80\x80", false},
                      Text{"FiveByteLead", "\xF8\x88\x80\x80\x80", false}, Text{"LoneContinuation", "\x80", false},
                      Text{"MissingContinuation", "\xE2\x82-", false}, Text{"ByteFF", "\xFF", false}),
    [](const auto& test) { return test.param.name; });

TEST(Utf8Text, IsInvalidWhenItEndsInsideACharacter) {
  EXPECT_FALSE(is_valid_utf8("\xC3"));
  EXPECT_FALSE(is_valid_utf8("\xE2\x82"));
  EXPECT_FALSE(is_valid_utf8("\xF0\x90\x80"));
}

}  // namespace
}  // namespace plumbline::websocket
