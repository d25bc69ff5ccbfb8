// The server that clients are judged by: what it answers, and what it writes down about a client.
#include "subject_client/engine_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "../scripted_medium.h"
#include "plumbline/base/clock.h"
#include "wire/medium_clock.h"

namespace plumbline::conform {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class EngineServerTest : public testing::Test {
 protected:
  ClientConnection& connection(int number) {
    auto& made = connections_[number];
    if (made == nullptr) {
      made = std::make_unique<ClientConnection>(medium, log_, number, server);
    }
    return *made;
  }
  // What was answered to these bytes.
  std::string say(int number, std::string_view bytes) {
    medium.sent[number].clear();
    connection(number).on({Event::Kind::bytes, number, std::string(bytes)});
    server.turn(medium.now);
    return medium.sent[number];
  }
  std::string get(int number, std::string_view query) {
    return say(number, "GET /socket.io/?EIO=4&transport=polling" + std::string(query) + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  std::string post(int number, std::string_view body) {
    return say(number, "POST /socket.io/?EIO=4&transport=polling&sid=plumbline-session-0001 HTTP/1.1\r\nHost: x\r\n" +
                           ("Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body)));
  }
  std::string upgrade(int number, std::string_view query) {
    return say(number, "GET /socket.io/?EIO=4&transport=websocket" + std::string(query) +
                           " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  }

  [[nodiscard]] ClientSession& session() const { return *server.sessions().at(0); }

  ScriptedMedium medium;
  EngineServer server{300ms, 200ms};
  static constexpr std::string_view kSid = "&sid=plumbline-session-0001";

 private:
  LastEventClock clock_{medium};
  WireLog log_{clock_};
  std::map<int, std::unique_ptr<ClientConnection>> connections_;
};

TEST_F(EngineServerTest, OpensASessionForAHandshake) {
  EXPECT_THAT(get(2, ""), HasSubstr(R"(0{"sid":"plumbline-session-0001","upgrades":[],"pingInterval":300)"));
  EXPECT_EQ(server.handshakes().size(), 1U);
}

TEST_F(EngineServerTest, ParksAPollUntilThereIsSomethingToSay) {
  get(2, "");
  EXPECT_THAT(get(2, kSid), IsEmpty());

  server.send(session(), "4a");
  server.send_binary(session(), "\x01\x02");
  server.turn(medium.now);

  EXPECT_THAT(medium.sent[2], EndsWith("\r\n\r\n4a\x1e"
                                       "bAQI="));
}

TEST_F(EngineServerTest, SendsOnePacketAPollWhenItsMannersSaySo) {
  get(2, "");
  server.manners.one_packet_a_poll = true;
  server.send(session(), "4a");
  server.send(session(), "4b");

  EXPECT_THAT(get(2, kSid), EndsWith("\r\n\r\n4a"));
  EXPECT_THAT(get(2, kSid), EndsWith("\r\n\r\n4b"));
}

TEST_F(EngineServerTest, CountsAGetBesideAnotherOne) {
  get(2, "");
  get(2, kSid);
  EXPECT_THAT(get(3, kSid), StartsWith("HTTP/1.1 400 "));

  EXPECT_EQ(session().overlapping_gets, 1U);
  EXPECT_EQ(session().polls, 2U);
}

TEST_F(EngineServerTest, HearsThePacketsOfAPostInOrder) {
  get(2, "");
  EXPECT_THAT(post(3,
                   "42[\"a\"]\x1e"
                   "bAQID\x1e"
                   "3"),
              EndsWith("\r\n\r\nok"));

  std::vector<std::string> heard;
  for (const Heard& one : session().heard) {
    heard.push_back((one.binary ? "binary " : "") + one.packet);
  }
  EXPECT_THAT(heard, ElementsAre(R"(42["a"])", "binary \x01\x02\x03", "3"));
  EXPECT_THAT(session().post_sizes, ElementsAre(15U));
}

TEST_F(EngineServerTest, CountsAPostBesideAnotherOneThatItHolds) {
  get(2, "");
  server.manners.holds_posts = true;
  EXPECT_THAT(post(3, "41"), IsEmpty());
  EXPECT_THAT(post(4, "41"), IsEmpty());
  EXPECT_EQ(session().overlapping_posts, 1U);
}

TEST_F(EngineServerTest, AnswersAllThePostsThatItHeld) {
  get(2, "");
  server.manners.holds_posts = true;
  post(3, "3");
  post(4, "42[\"a\"]");
  server.release_posts();
  EXPECT_THAT(medium.sent[3], EndsWith("ok"));
  EXPECT_THAT(medium.sent[4], EndsWith("ok"));
}

// A client that polls late cannot have answered before, and has got one ping, not one for each interval.
TEST_F(EngineServerTest, PingsOnceAndThenOnlyWhenAPollTakesIt) {
  get(2, "");
  for (int i = 0; i < 3; ++i) {
    medium.now += 300ms;
    server.turn(medium.now);
  }
  EXPECT_TRUE(session().pings.empty());
  EXPECT_THAT(get(3, "&sid=plumbline-session-0001"), EndsWith("\r\n\r\n2"));
  EXPECT_THAT(session().pings, ElementsAre(medium.now));
}

TEST_F(EngineServerTest, AnswersAnUnknownOrForgottenSessionWithCodeOne) {
  EXPECT_THAT(get(2, "&sid=nobody"), HasSubstr(R"({"code":1,)"));
  get(2, "");
  server.forget(session());
  EXPECT_THAT(get(2, kSid), HasSubstr(R"({"code":1,)"));
}

TEST_F(EngineServerTest, ProbesAndUpgradesAWebSocket) {
  server.manners.offers_upgrade = true;
  get(2, "");
  EXPECT_THAT(upgrade(3, kSid), HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  get(2, kSid);
  medium.sent[2].clear();

  EXPECT_EQ(say(3, masked_frame(1, "2probe")), plain_frame(1, "3probe"));
  EXPECT_THAT(medium.sent[2], EndsWith("\r\n\r\n6"));
  server.send(session(), "4kept");
  EXPECT_EQ(say(3, masked_frame(1, "5")), plain_frame(1, "4kept"));
  EXPECT_TRUE(session().upgraded);
}

TEST_F(EngineServerTest, WritesDownWhatComesOnAProbeTooEarly) {
  server.manners.offers_upgrade = true;
  server.manners.upgrade = Manners::Upgrade::keep_waiting;
  get(2, "");
  upgrade(3, kSid);

  say(3, masked_frame(1, "2probe") + masked_frame(1, "42[1]"));

  ASSERT_EQ(session().heard.size(), 2U);
  EXPECT_EQ(session().heard[1].packet, "42[1]");
  EXPECT_EQ(session().heard[1].via, Via::probe);
  EXPECT_FALSE(session().upgraded);
}

TEST_F(EngineServerTest, PingsAfterTheIntervalUnlessItFallsSilent) {
  get(2, "");
  get(2, kSid);
  medium.now += 300ms;
  server.turn(medium.now);
  EXPECT_THAT(medium.sent[2], EndsWith("\r\n\r\n2"));

  server.manners.pings = false;
  EXPECT_EQ(server.due(), std::nullopt);
}

TEST_F(EngineServerTest, JoinsANamespaceUnderItsOwnName) {
  get(2, "");
  post(3, "40/custom,{}");
  EXPECT_THAT(get(2, kSid), HasSubstr(R"(40/custom,{"sid":)"));
}

TEST_F(EngineServerTest, SurvivesBytesThatAreNoHttp) {
  EXPECT_THAT(say(2, "\x16\x03\x01 hello\r\n\r\n"), IsEmpty());
  EXPECT_TRUE(connection(2).ended());
}

TEST(NspOf, IsTheRootWithoutOne) {
  EXPECT_EQ(nsp_of("0"), "/");
  EXPECT_EQ(nsp_of(R"(0{"token":"/x"})"), "/");
  EXPECT_EQ(nsp_of("0/custom,{}"), "/custom");
  EXPECT_EQ(nsp_of("0/bare"), "/bare");
}

}  // namespace
}  // namespace plumbline::conform
