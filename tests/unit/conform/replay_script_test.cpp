// The script that plays a take again: bytes to the letter, ids of sessions by number, nothing that Python would read
// otherwise.
#include "output/replay_script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::conform {
namespace {

using testing::HasSubstr;
using testing::Not;

Take take_of(std::vector<Entry> entries) {
  Take take;
  take.case_id = "EIO-HS-01.a";
  take.host = "127.0.0.1";
  take.port = 4000;
  take.entries = std::move(entries);
  return take;
}

TEST(ReplayScript, EscapesWhatPythonWouldRead) {
  EXPECT_EQ(python_bytes(std::string("a\"\\\r\n\0\xff", 7)), R"(b"a\"\\\r\n\x00\xff")");
  EXPECT_EQ(python_bytes(""), R"(b"")");
}

TEST(ReplayScript, ShortensLongRepetitions) {
  EXPECT_EQ(python_bytes("x" + std::string(1000, 'a') + "y"), R"(b"x" + b"aaaa" * 250 + b"y")");
  EXPECT_EQ(python_bytes(std::string(10, 'a')), R"(b"aaaaaaaaaa")");
}

TEST(ReplayScript, TakesTheSessionIdFromTheServerWhenALaterRequestNamesIt) {
  const Take take = take_of({{.step = Step::connect, .connection = 1},
                             {.step = Step::send, .connection = 1, .bytes = "GET /"},
                             {.step = Step::bytes, .connection = 1, .bytes = R"(0{"sid":"unus)"},
                             {.step = Step::bytes, .connection = 1, .bytes = R"(ed"}0{"sid":"abc"})"},
                             {.step = Step::send, .connection = 1, .bytes = "GET /?sid=abc"}});

  const std::string script = replay_script(take, {"EIO-HS-01", "title", "this", "that"});

  EXPECT_THAT(script, HasSubstr("\"hear\", 1, None"));
  EXPECT_THAT(script, HasSubstr("\"id\", 1, (1, b\"abc\")"));
  EXPECT_THAT(script, Not(HasSubstr("b\"unused\"")));
}

TEST(ReplayScript, KeepsHostileWordsInsideTheirComment) {
  const std::string script = replay_script(take_of({}), {"X", "t", "a\nimport os", "b\r\nimport os"});

  EXPECT_THAT(script, Not(HasSubstr("\nimport os\n")));
}

TEST(ReplayScript, OpensEachConnectionAtItsNode) {  // CLU-01
  Take take = take_of({{.step = Step::connect, .connection = 1}, {.step = Step::connect, .connection = 2, .node = 1}});
  take.nodes = {"127.0.0.1:4001"};

  const std::string script = replay_script(take, {"CLU-01", "title", "this", "that"});

  EXPECT_THAT(script, HasSubstr(R"(RECORDED = [b"127.0.0.1:4000", b"127.0.0.1:4001"])"));
  EXPECT_THAT(script, HasSubstr("\"connect\", 1, None"));
  EXPECT_THAT(script, HasSubstr("\"connect\", 2, 1)"));
}

}  // namespace
}  // namespace plumbline::conform
