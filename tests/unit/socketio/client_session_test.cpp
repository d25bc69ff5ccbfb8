// The client session against hand-written packets: opening, joining, heartbeats, upgrade, what ends it.
#include "plumbline/socketio/client_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::socketio {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using namespace std::chrono_literals;

struct RecordingHost final : ClientSessionHost {
  void send_text(std::string_view packet) override { note("send ", packet); }
  void send_binary(std::string_view bytes) override { note("binary ", bytes); }
  void open_probe() override { note("open_probe", ""); }
  void send_probe(std::string_view packet) override { note("probe ", packet); }
  void pause_polling() override { note("pause", ""); }
  void abandon_probe() override { note("abandon", ""); }
  void use_probe() override { note("switch", ""); }
  void on_connected(std::string_view sid) override { note("connected ", sid); }
  void on_connect_refused(std::string_view json) override { note("refused ", json); }
  void on_event(const PacketView& packet, const std::vector<std::string>& attachments) override {
    note("event ", packet.data);
    for (const std::string& attachment : attachments) {
      note("with ", attachment);
    }
  }
  void on_ack(std::uint64_t id, std::string_view array) override { note("ack " + std::to_string(id) + " ", array); }
  void on_ended(const Error& why) override { note("ended ", to_string(why.code)); }

  void note(std::string_view what, std::string_view detail) { seen.push_back(std::string(what) + std::string(detail)); }
  std::vector<std::string> seen;
};

constexpr std::string_view kOpen =
    R"(0{"sid":"eio","upgrades":["websocket"],"pingInterval":300,"pingTimeout":200,"maxPayload":100,"later":1})";

class ClientSessionTest : public ::testing::Test {
 protected:
  void open() { session.on_text(kOpen, clock.now()); }
  void join() {
    open();
    session.on_text(R"(40{"sid":"sio"})", clock.now());
    host.seen.clear();
  }
  void text(std::string_view packet) { session.on_text(packet, clock.now()); }
  void after(Duration time) {
    clock.advance(time);
    session.on_time(clock.now());
  }

  ManualClock clock;
  RecordingHost host;
  ClientSession session{host, {.auth = R"({"a":1})", .timeout = 1s}, clock.now()};
};

TEST_F(ClientSessionTest, JoinsItsNamespaceOnceTheServerOpened) {
  open();
  EXPECT_THAT(host.seen, ElementsAre(R"(send 40{"a":1})"));

  text(R"(40{"sid":"sio"})");

  EXPECT_EQ(host.seen.back(), "connected sio");
  EXPECT_TRUE(session.connected());
  EXPECT_EQ(session.engine_sid(), "eio");
}

class BadOpenPacket : public ::testing::TestWithParam<const char*> {};

TEST_P(BadOpenPacket, EndsTheSession) {
  RecordingHost host;
  ClientSession session(host, {}, Time{});

  session.on_text(GetParam(), Time{});

  EXPECT_THAT(host.seen, ElementsAre("ended malformed"));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, BadOpenPacket,
    ::testing::Values("", "2", "40", "0", "0[]", "0{}", R"(0{"sid":"","pingInterval":1,"pingTimeout":1})",
                      R"(0{"sid":1,"pingInterval":1,"pingTimeout":1})", R"(0{"sid":"x","pingTimeout":1})",
                      R"(0{"sid":"x","pingInterval":"1","pingTimeout":1})",
                      R"(0{"sid":"x","pingInterval":0,"pingTimeout":1})", R"(0{"sid":"x","pingInterval":1})",
                      R"(0{"sid":"x","pingInterval":-1,"pingTimeout":1})",
                      R"(0{"sid":"x","pingInterval":1,"pingTimeout":1,"maxPayload":"big"})",
                      R"(0{"sid":"x","pingInterval":1,"pingTimeout":1)"));

TEST_F(ClientSessionTest, AnswersPings) {
  join();

  text("2");

  EXPECT_THAT(host.seen, ElementsAre("send 3"));
}

TEST_F(ClientSessionTest, EndsWhenNoPingCameForIntervalAndTimeoutAndNotEarlier) {
  join();

  after(499ms);
  EXPECT_THAT(host.seen, IsEmpty());
  after(1ms);

  EXPECT_THAT(host.seen, ElementsAre("ended timeout"));
}

TEST_F(ClientSessionTest, CountsPatienceFromTheLastPing) {
  join();
  after(400ms);
  text("2");
  EXPECT_EQ(session.deadline(), clock.now() + 500ms);

  after(499ms);

  EXPECT_TRUE(session.connected());
}

TEST_F(ClientSessionTest, EndsWhenItIsNotConnectedInTime) {
  open();
  after(600ms);
  text("2");
  EXPECT_THAT(host.seen, Not(Contains("ended timeout")));

  after(400ms);

  EXPECT_EQ(host.seen.back(), "ended timeout");
}

TEST_F(ClientSessionTest, ReportsARefusalAndSendsNothingAfterIt) {
  open();
  text(R"(44{"message":"no"})");
  host.seen.clear();

  EXPECT_FALSE(session.emit(R"(["x"])"));
  text("2");

  EXPECT_THAT(host.seen, IsEmpty());
  EXPECT_TRUE(session.ended());
}

TEST_F(ClientSessionTest, DeliversEventsAndAcks) {
  join();

  text(R"(42["a",1])");
  text(R"(437["b"])");

  EXPECT_THAT(host.seen, ElementsAre(R"(event ["a",1])", R"(ack 7 ["b"])"));
}

TEST_F(ClientSessionTest, DeliversBinaryEventsWithTheirAttachments) {
  join();

  text(R"(451-["a",{"_placeholder":true,"num":0}])");
  text("2");
  session.on_binary("bytes");

  EXPECT_THAT(host.seen, ElementsAre("send 3", R"(event ["a",{"_placeholder":true,"num":0}])", "with bytes"));
}

TEST_F(ClientSessionTest, IgnoresNoopsPongsAndOtherNamespaces) {
  join();

  text("6");
  text("3");
  text(R"(42/other,["a"])");
  text(R"(41/other,)");

  EXPECT_THAT(host.seen, IsEmpty());
}

struct Ending {
  const char* packet;
  const char* why;
};

class ClientSessionEnds : public ClientSessionTest, public ::testing::WithParamInterface<Ending> {};

TEST_P(ClientSessionEnds, WhenTheServerSaysSoOrBreaksTheProtocol) {
  join();

  text(GetParam().packet);
  text(R"(42["late"])");

  EXPECT_THAT(host.seen, ElementsAre(std::string("ended ") + GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Packets, ClientSessionEnds,
                         ::testing::Values(Ending{"1", "closed"}, Ending{"41", "closed"}, Ending{"", "malformed"},
                                           Ending{"7", "malformed"}, Ending{"5", "malformed"},
                                           Ending{"0{}", "malformed"}, Ending{"4", "malformed"},
                                           Ending{"42", "malformed"}, Ending{"42{}", "malformed"},
                                           Ending{"48", "malformed"}, Ending{"431", "malformed"},
                                           Ending{R"(40{"sid":"again"})", "malformed"},
                                           Ending{R"(44{"message":"late"})", "malformed"}));

TEST_F(ClientSessionTest, EndsOnAnEventBeforeTheConnectAnswer) {
  open();

  text(R"(42["early"])");

  EXPECT_EQ(host.seen.back(), "ended malformed");
}

TEST_F(ClientSessionTest, EndsOnAnAttachmentWithoutAHeader) {
  join();

  session.on_binary("x");

  EXPECT_THAT(host.seen, ElementsAre("ended malformed"));
}

TEST_F(ClientSessionTest, EmitsEventsAcksAndBinary) {
  join();

  EXPECT_TRUE(session.emit(R"(["a"])"));
  EXPECT_TRUE(session.emit(R"(["b"])", 5));
  EXPECT_TRUE(session.ack(9, "[1]"));
  const std::vector<std::string> attachments{"x", "y"};
  EXPECT_TRUE(session.emit(R"(["c",{"_placeholder":true,"num":0}])", std::nullopt, attachments));

  EXPECT_THAT(host.seen, ElementsAre(R"(send 42["a"])", R"(send 425["b"])", "send 439[1]",
                                     R"(send 452-["c",{"_placeholder":true,"num":0}])", "binary x", "binary y"));
}

TEST_F(ClientSessionTest, RefusesToEmitMoreThanTheServerTakes) {
  join();

  EXPECT_FALSE(session.emit("[\"" + std::string(100, 'x') + "\"]"));

  EXPECT_THAT(host.seen, IsEmpty());
}

TEST_F(ClientSessionTest, SaysGoodbyeToTheNamespace) {
  join();

  session.disconnect();
  text(R"(42["late"])");

  EXPECT_THAT(host.seen, ElementsAre("send 41"));
}

TEST_F(ClientSessionTest, DoesNotProbeUnlessAsked) {
  open();

  EXPECT_THAT(host.seen, Not(Contains("open_probe")));
}

class UpgradingSession : public ClientSessionTest {
 protected:
  UpgradingSession() { upgrading.on_text(kOpen, clock.now()); }

  ClientSession upgrading{host, {.upgrade = true}, clock.now()};
};

TEST_F(UpgradingSession, ProbesPausesThenSwitches) {
  host.seen.clear();
  upgrading.probe_opened();
  upgrading.on_probe_text("3probe");
  EXPECT_THAT(host.seen, ElementsAre("probe 2probe", "pause"));

  upgrading.polling_paused();

  EXPECT_THAT(host.seen, ElementsAre("probe 2probe", "pause", "probe 5", "switch"));
}

TEST_F(UpgradingSession, StaysOnPollingWhenTheProbeCannotBeOpened) {
  upgrading.probe_failed();

  EXPECT_EQ(host.seen.back(), "abandon");
  EXPECT_FALSE(upgrading.ended());
}

TEST_F(UpgradingSession, StaysOnPollingWhenTheProbeIsAnsweredWrongly) {
  upgrading.probe_opened();

  upgrading.on_probe_text("3other");

  EXPECT_EQ(host.seen.back(), "abandon");
}

TEST_F(UpgradingSession, PollsOnWhenTheProbeIsLostWhilePausing) {
  upgrading.probe_opened();
  upgrading.on_probe_text("3probe");

  upgrading.probe_failed();
  upgrading.polling_paused();

  EXPECT_EQ(host.seen.back(), "abandon");
}

TEST(ClientSession, DoesNotProbeWhenTheServerOffersNoWebSocket) {
  RecordingHost host;
  ClientSession session(host, {.upgrade = true}, Time{});

  session.on_text(R"(0{"sid":"x","upgrades":[],"pingInterval":1,"pingTimeout":1})", Time{});

  EXPECT_THAT(host.seen, ElementsAre("send 40"));
}

TEST(ClientSession, PutsItsNamespaceIntoEveryPacket) {
  RecordingHost host;
  ClientSession session(host, {.nsp = "/chat"}, Time{});
  session.on_text(kOpen, Time{});
  session.on_text(R"(40/chat,{"sid":"x"})", Time{});

  session.emit(R"(["a"])", 1);

  EXPECT_THAT(host.seen, ElementsAre("send 40/chat,", "connected x", R"(send 42/chat,1["a"])"));
}

}  // namespace
}  // namespace plumbline::socketio
