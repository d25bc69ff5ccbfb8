// What a judge has to survive: refusals, cut answers, words after the end; and evidence that people can read.
#include "wire/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bad_target.h"

namespace plumbline::conform {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class WireTest : public testing::Test {
 protected:
  Wire wire_to(const Endpoint& endpoint) { return Wire(endpoint, log_, clock_); }

  SteadyClock clock_;
  WireLog log_{clock_};
};

TEST_F(WireTest, TellsARefusedConnection) {
  Endpoint nobody;
  {
    const BadTarget short_lived(BadTarget::Manner::silent, {});
    nobody = short_lived.endpoint();
  }
  Wire wire = wire_to(nobody);
  HttpExchange& exchange = wire.http("GET", "x=1");

  EXPECT_TRUE(wire.until([&] { return exchange.failed(); }, 5s));
  EXPECT_EQ(exchange.ending(), Ending::refused);
  EXPECT_TRUE(wire.any_refused());
}

TEST_F(WireTest, TellsAnAnswerThatWasCutOff) {
  BadTarget target(BadTarget::Manner::speak_after_request,
                   [] { return "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"; });
  Wire wire = wire_to(target.endpoint());
  HttpExchange& exchange = wire.http("GET", "x=1");

  EXPECT_TRUE(wire.until([&] { return exchange.done(); }, 5s));
  EXPECT_FALSE(exchange.answer());
}

TEST_F(WireTest, KeepsTheHttpAnswerThatRefusesAWebSocket) {
  BadTarget target(BadTarget::Manner::speak_after_request,
                   [] { return "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"; });
  Wire wire = wire_to(target.endpoint());
  WebSocket& ws = wire.web_socket("x=1");

  EXPECT_TRUE(wire.until([&] { return ws.over(); }, 5s));
  ASSERT_TRUE(ws.refusal());
  EXPECT_EQ(ws.refusal()->status, 403U);
}

TEST_F(WireTest, ReadsMessagesThatCameWithTheHandshakeAndAnswersPings) {
  BadTarget target(BadTarget::Manner::speak_after_request, [] {
    return std::string(
        "HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\n\r\n\x81\x01"
        "2\x81\x02hi\x88\x02\x03\xe8");
  });
  Wire wire = wire_to(target.endpoint());
  WebSocket& ws = wire.web_socket("x=1");

  EXPECT_TRUE(wire.until([&] { return ws.over(); }, 5s));
  ASSERT_EQ(ws.messages().size(), 1U);
  EXPECT_EQ(ws.messages()[0].payload, "hi");
  EXPECT_EQ(ws.pings().size(), 1U);
  EXPECT_EQ(ws.pongs().size(), 1U);
  EXPECT_EQ(ws.how_it_ended(), "a close frame with code 1000");
}

TEST_F(WireTest, EndsTheAnswerToHeadAtItsHeaderAndKeepsWhatIsBehind) {
  BadTarget target(BadTarget::Manner::speak_after_request,
                   [] { return "HTTP/1.1 400 No\r\nContent-Length: 4\r\n\r\nbody"; });
  Wire wire = wire_to(target.endpoint());
  HttpExchange& head = wire.http_raw(wire.request_head("HEAD", "x=1") + "\r\n", HttpExchange::After::keep);

  EXPECT_TRUE(wire.until([&] { return !head.surplus().empty(); }, 5s));
  ASSERT_TRUE(head.answer());
  EXPECT_TRUE(head.answer()->body.empty());
  EXPECT_EQ(head.surplus(), "body");
}

TEST_F(WireTest, EndsAWebSocketWhereHttpIsWrittenIntoIt) {
  BadTarget target(BadTarget::Manner::speak_after_request,
                   [] { return "HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\n\r\nHTTP/1.1 400 Bad Request\r\n\r\n"; });
  Wire wire = wire_to(target.endpoint());
  WebSocket& ws = wire.web_socket("x=1");

  EXPECT_TRUE(wire.until([&] { return ws.over(); }, 5s));
  EXPECT_TRUE(ws.garbage());
  EXPECT_THAT(ws.how_it_ended(), HasSubstr("HTTP/1.1 400"));
}

TEST_F(WireTest, LogsBothDirectionsWithTime) {
  BadTarget target(BadTarget::Manner::speak_after_request, [] { return "HTTP/1.1 204 Fine\r\n\r\n"; });
  Wire wire = wire_to(target.endpoint());
  HttpExchange& exchange = wire.http("POST", "x=1",
                                     "b\x01"
                                     "dy");
  wire.until([&] { return exchange.done(); }, 5s);

  EXPECT_THAT(log_.render(), HasSubstr("#1  -> http           POST /socket.io/?x=1 HTTP/1.1\\r\\n"));
  EXPECT_THAT(log_.render(), HasSubstr("\\r\\n\\r\\nb\\x01dy\n"));
  EXPECT_THAT(log_.render(), HasSubstr("#1  <- http           HTTP/1.1 204 Fine\\r\\n\\r\\n\n"));
}

TEST(Brief, CutsLongBytesAndTellsHowManyThereWere) {
  EXPECT_EQ(brief(std::string(300, 'x'), 3), "xxx... (300 bytes)");
}

}  // namespace
}  // namespace plumbline::conform
