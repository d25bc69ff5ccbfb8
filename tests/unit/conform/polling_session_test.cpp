// A polling session of the suite: what it must not do itself, so that no fault of its own is put down to a server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cases/session.h"
#include "scripted_medium.h"

namespace plumbline::conform {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class PollingSessionTest : public testing::Test {
 protected:
  void SetUp() override {
    answer(1, R"(0{"sid":"s"})");
    ASSERT_FALSE(session_.open());
    session_.start();  // the poll is connection 2
  }
  void answer(int connection, const std::string& body) {
    medium_.coming.push_back(
        {{Event::Kind::bytes, connection,
          "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body}});
  }
  void read_all() { wire_.pump_for(1s); }

  const Endpoint endpoint_ = *parse_endpoint("http://127.0.0.1:1");
  ScriptedMedium medium_;
  ManualClock log_clock_;
  WireLog log_{log_clock_};
  Wire wire_{endpoint_, log_, medium_};
  const Target target_;
  Context context_{target_, wire_};
  Polling session_{context_};
};

TEST_F(PollingSessionTest, AnswersAPingBeforeItPollsAgain) {
  answer(2, "2");
  read_all();

  EXPECT_THAT(medium_.sent[3], HasSubstr("POST "));
  EXPECT_THAT(medium_.sent[3], HasSubstr("\r\n\r\n3"));
  EXPECT_THAT(medium_.sent[4], HasSubstr("GET "));
}

// Seen on a busy machine: a megabyte was on its way, the pong made it two POSTs at a time, the server closed the
// session.
TEST_F(PollingSessionTest, AnswersAPingOnceThePostUnderWayIsAnswered) {
  session_.post("large");  // connection 3
  answer(2, "2");
  read_all();
  ASSERT_THAT(medium_.sent[4], HasSubstr("GET "));
  EXPECT_EQ(medium_.sent.count(5), 0U);

  answer(3, "ok");
  read_all();

  EXPECT_THAT(medium_.sent[5], HasSubstr("\r\n\r\n3"));
}

TEST_F(PollingSessionTest, SaysHowLongAPongWaitedForAPost) {
  session_.post("large");  // connection 3
  answer(2, "2");
  read_all();
  EXPECT_EQ(context_.pong_held(), 0ms);  // as long as the target has not answered it is the target that is late

  medium_.now += 150ms;
  answer(3, "ok");
  read_all();

  EXPECT_EQ(context_.pong_held(), 150ms);
}

TEST_F(PollingSessionTest, PostsOnceThePostBeforeIsAnswered) {
  session_.post("first");  // connection 3
  answer(2, "6");          // a poll's answer first, which is none to the POST
  answer(3, "ok");
  session_.post("second");
  EXPECT_TRUE(medium_.coming.empty());  // both were awaited
  read_all();

  EXPECT_THAT(medium_.sent[5], HasSubstr("\r\n\r\nsecond"));
}

TEST_F(PollingSessionTest, PostsAllTheSameWhereThePostBeforeIsNeverAnswered) {
  session_.post("first");
  session_.post("second");
  read_all();

  EXPECT_THAT(medium_.sent[4], HasSubstr("\r\n\r\nsecond"));
}

}  // namespace
}  // namespace plumbline::conform
