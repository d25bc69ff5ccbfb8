// Splitting events for applications, and frames that are encoded once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plumbline/socketio/packet.h"

namespace plumbline::socketio {
namespace {

struct Split {
  const char* name;
  const char* data;
  const char* event;
  const char* args;
};

class SplitEvent : public ::testing::TestWithParam<Split> {};

TEST_P(SplitEvent, SeparatesTheNameFromTheRest) {
  const auto parts = split_event(GetParam().data);

  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->name, GetParam().event);
  EXPECT_EQ(parts->args, GetParam().args);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, SplitEvent,
    ::testing::Values(Split{"NameOnly", R"(["hi"])", "hi", ""},
                      Split{"Arguments", R"(["hi",1,{"a":2}])", "hi", R"(1,{"a":2})"},
                      Split{"SpellingKept", "[ \"hi\" , 1.0e2,\t\"\\u0041\" ] ", "hi", " 1.0e2,\t\"\\u0041\" "},
                      Split{"EscapedName", R"(["a\"\\\u00e9",1])", "a\"\\\xC3\xA9", "1"},
                      Split{"CommaAndBracketInName", R"(["a],b",1])", "a],b", "1"},
                      Split{"EmptyName", R"(["",1])", "", "1"}, Split{"Number", "[42,1]", "42", "1"},
                      Split{"NumberOnly", "[-1.5e3]", "-1.5e3", ""}, Split{"NumberThenSpace", "[7 ]", "7", ""}),
    [](const auto& test) { return test.param.name; });

TEST(SplitEvent, TheUnescapedNameOutlivesAMove) {
  auto parts = split_event(R"(["\u0061"])");
  ASSERT_TRUE(parts);

  const EventParts moved = std::move(*parts);

  EXPECT_EQ(moved.name, "a");
}

TEST(ArrayOf, PutsTheBracketsBack) {
  EXPECT_EQ(array_of(""), "[]");
  EXPECT_EQ(array_of("1,2"), "[1,2]");
}

class NotAnEvent : public ::testing::TestWithParam<const char*> {};

TEST_P(NotAnEvent, IsMalformed) {
  EXPECT_FALSE(split_event(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Texts, NotAnEvent,
                         ::testing::Values("", " ", "{}", "[", "[]", "[ ]", R"(["a)", R"(["a\)", R"(["a\")", R"(["a")",
                                           R"(["a"x])", R"(["\q"])", R"(["\q\u0061"])", "[1", "[,1]", R"(["a",1)"));

TEST(Frame, HoldsTextAndTheWholeWebSocketMessageSequence) {
  const Frame frame(R"(51-["f",{"_placeholder":true,"num":0}])", {"\x01\x02"});

  EXPECT_EQ(frame.text(), R"(451-["f",{"_placeholder":true,"num":0}])");
  EXPECT_THAT(frame.attachments(), ::testing::ElementsAre("\x01\x02"));
  EXPECT_EQ(frame.server_ws_bytes(), "\x81\x27" + std::string(frame.text()) + "\x82\x02\x01\x02");
}

TEST(Frame, UsesTheLongerLengthFormsWhenNeeded) {
  const Frame medium("2[\"" + std::string(200, 'x') + "\"]");
  const Frame large("2[\"" + std::string(70'000, 'x') + "\"]");

  EXPECT_EQ(medium.server_ws_bytes().substr(0, 4), std::string("\x81\x7E\x00\xCE", 4));
  EXPECT_EQ(large.server_ws_bytes().substr(0, 10), std::string("\x81\x7F\0\0\0\0\0\1\x11\x76", 10));
  EXPECT_EQ(large.server_ws_bytes().substr(10), large.text());
}

TEST(MakeEvent, QuotesTheNameAndJoinsArguments) {
  EXPECT_EQ(make_event("/", "hi", R"(1,"2")")->text(), R"(42["hi",1,"2"])");
  EXPECT_EQ(make_event("/chat", "a\"b", "", 3)->text(), R"(42/chat,3["a\"b"])");
}

TEST(MakeAck, WritesTheArgumentsAsGiven) {
  EXPECT_EQ(make_ack("/", 0, "")->text(), "430[]");
  EXPECT_EQ(make_ack("/chat", 7, "1, 2")->text(), "43/chat,7[1, 2]");
}

}  // namespace
}  // namespace plumbline::socketio
