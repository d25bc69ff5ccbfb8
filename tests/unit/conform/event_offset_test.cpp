// What a case reads of an event that carries an offset, and which packets have none to lose.
#include "wire/event_offset.h"

#include <gtest/gtest.h>

namespace plumbline::conform {
namespace {

TEST(WithoutOffset, TakesTheLastTextOfAnEvent) {
  EXPECT_EQ(without_offset(R"(42["message-back",1,"abc.7"])"), R"(42["message-back",1])");
  EXPECT_EQ(without_offset(R"(42/custom,["message-back","x","abc.7"])"), R"(42/custom,["message-back","x"])");
  EXPECT_EQ(without_offset(R"(42["message-back", "abc.7"])"), R"(42["message-back"])");
  EXPECT_EQ(without_offset(R"(451-["message-back",{"_placeholder":true,"num":0},"abc.7"])"),
            R"(451-["message-back",{"_placeholder":true,"num":0}])");
  EXPECT_EQ(without_offset(R"(42["message-back","a\",\"b","abc.7"])"), R"(42["message-back","a\",\"b"])");
}

TEST(WithoutOffset, LeavesWhatHasNone) {
  for (const char* const packet :
       {R"(42["message-back",1])", R"(42["name"])", R"(42["name","a\",\"b\""])", R"(42["name",["a","b"]])",
        R"(427["question","x"])", R"(42/custom,7["question","x"])", R"(437["x","y"])", R"(40{"sid":"x","pid":"y"})",
        R"(42["volatile-back","x"])", R"(42/custom,["volatile-back","x"])", R"(45"x"])", "42", "42\"]", "42/\"]", "",
        R"(42["name",""])"}) {
    EXPECT_EQ(without_offset(packet), packet);
  }
}

}  // namespace
}  // namespace plumbline::conform
