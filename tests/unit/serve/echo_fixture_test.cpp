// The parts of the fixture that need no server: who is addressed, who is let in, who is waited for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "echo/admission.h"
#include "echo/arguments.h"
#include "echo/audience.h"
#include "echo/questions.h"

namespace plumbline::serve {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Audience, IsTheWholeNamespaceWithoutRooms) {
  EXPECT_TRUE(reaches({"/", {}, {}}, "s1", {}));
}

TEST(Audience, IsTheUnionOfItsRoomsWithoutTheExcepted) {  // SIO-EV-12
  const Audience audience{"/", {"a", "b"}, {"c", "s9"}};
  EXPECT_TRUE(reaches(audience, "s1", {"a"}));
  EXPECT_TRUE(reaches(audience, "s1", {"x", "b"}));
  EXPECT_FALSE(reaches(audience, "s1", {}));
  EXPECT_FALSE(reaches(audience, "s1", {"a", "c"}));
  EXPECT_FALSE(reaches(audience, "s9", {"a"}));
}

TEST(Audience, OfASidIsThatSocketAlone) {
  EXPECT_TRUE(reaches({"/", {"s1"}, {}}, "s1", {}));
  EXPECT_FALSE(reaches({"/", {"s1"}, {}}, "s2", {"a"}));
}

TEST(Admission, KnowsFixedAndDynamicNamespaces) {  // SIO-CO-19
  for (const char* const name : {"/", "/custom", "/deny", "/slow", "/steps", "/dynamic-1", "/dynamic-000000042"}) {
    EXPECT_TRUE(echo_namespace_exists(name)) << name;
  }
  for (const char* const name :
       {"/other", "/custom/", "/dynamic-", "/dynamic-x", "/dynamic-1x", "/dynamic-1234567890"}) {
    EXPECT_FALSE(echo_namespace_exists(name)) << name;
  }
}

TEST(Admission, DeniesWithTheAuthThatItJudged) {  // SIO-CO-15
  const auto refused = echo_refusal("/deny", R"({"allow":false})");
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->data, R"({"code":"DENIED","auth":{"allow":false}})");
  EXPECT_FALSE(echo_refusal("/deny", R"({"allow":true})").has_value());
  EXPECT_FALSE(echo_refusal("/", "{}").has_value());
}

TEST(Admission, StopsAtTheFirstStepThatRefuses) {  // SIO-CO-17
  EXPECT_EQ(echo_refusal("/steps", R"({"fail":"first"})").value_or(ConnectRefusal{}).data, R"({"steps":["first"]})");
  EXPECT_EQ(echo_refusal("/steps", R"({"fail":"second"})").value_or(ConnectRefusal{}).data,
            R"({"steps":["first","second"]})");
  EXPECT_FALSE(echo_refusal("/steps", "{}").has_value());
}

struct QuestionsTest : testing::Test {
  Questions::Answered note(const std::string& name) {
    return [this, name](std::string_view array) {
      heard.push_back(name + std::string(array));
    };
  }
  int one{1};
  int two{2};
  std::vector<std::string> heard;
  Questions questions{3};
};

TEST_F(QuestionsTest, TakeTheFirstAnswerOfTheOneWhoWasAsked) {  // SIO-AK-09, SIO-AK-12
  ASSERT_TRUE(questions.ask(7, &one, note("one")));

  EXPECT_FALSE(questions.answer(7, &two, "[0]"));
  EXPECT_FALSE(questions.answer(8, &one, "[0]"));
  EXPECT_TRUE(questions.answer(7, &one, "[1]"));
  EXPECT_FALSE(questions.answer(7, &one, "[2]"));

  EXPECT_THAT(heard, ElementsAre("one[1]"));
}

TEST_F(QuestionsTest, IgnoreAnswersAfterTheTimeout) {  // SIO-AK-10
  ASSERT_TRUE(questions.ask(7, &one, note("one")));
  ASSERT_TRUE(questions.ask(7, &two, note("two")));
  EXPECT_TRUE(questions.answer(7, &two, "[]"));
  EXPECT_EQ(questions.forget(7), 1U);
  EXPECT_FALSE(questions.answer(7, &one, "[]"));
}

TEST_F(QuestionsTest, AreReleasedWithTheirSocketAndBounded) {  // SIO-AK-14
  for (std::uint64_t id = 1; id <= 3; ++id) {
    ASSERT_TRUE(questions.ask(id, &one, note("one")));
  }
  EXPECT_FALSE(questions.ask(4, &two, note("two")));
  questions.forget_all_of(&one);
  EXPECT_EQ(questions.size(), 0U);
  EXPECT_TRUE(questions.ask(4, &two, note("two")));
}

TEST(EventFrame, CarriesIdAndOffset) {
  EXPECT_EQ(event_frame("/custom", "e", {"1,\"x\""}, {.ack_id = 9, .offset = "p.7"})->text(),
            R"(42/custom,9["e",1,"x","p.7"])");
  EXPECT_EQ(event_frame("/", "e", {}, {.offset = "p.7"})->text(), R"(42["e","p.7"])");
}

}  // namespace
}  // namespace plumbline::serve
