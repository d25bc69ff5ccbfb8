// The namespaces of one client, server side: connect, events, acknowledgements, binary, disconnect, violations.
#include "plumbline/socketio/server_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::socketio {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class Host final : public ConnectionHost {
 public:
  void send(const FramePtr& frame) override {
    sent.emplace_back(frame->text().substr(1));
    for (const std::string& attachment : frame->attachments()) {
      sent.push_back("<" + attachment + ">");
    }
  }
  void protocol_error(std::string_view why) override { errors.emplace_back(why); }
  void connect_timeout() override { ++timeouts; }
  ServerSocketPtr make_socket(std::string_view nsp) override {
    if (nsp != "/" && nsp != "/custom") {
      return nullptr;
    }
    return std::make_shared<ServerSocket>("sid" + std::to_string(++sockets), std::string(nsp));
  }
  void on_connect(const ServerSocketPtr& socket, std::string_view auth) override {
    happened.push_back("ask " + socket->namespace_name() + " " + std::string(auth));
    last = socket;
    if (accept_at_once) {
      socket->connection()->accept(socket);
    }
  }
  void on_connected(const ServerSocketPtr& socket) override { happened.push_back("joined " + socket->sid()); }
  void on_event(const ServerSocketPtr& socket, const IncomingEvent& event) override {
    std::string line = "event " + socket->namespace_name() + " " + std::string(event.name) + array_of(event.args);
    if (event.ack_id) {
      line += " #" + std::to_string(*event.ack_id);
    }
    for (const std::string& attachment : *event.attachments) {
      line += " <" + attachment + ">";
    }
    happened.push_back(line);
  }
  void on_ack(const ServerSocketPtr& socket, std::uint64_t id, std::string_view array) override {
    happened.push_back("ack " + socket->namespace_name() + " #" + std::to_string(id) + " " + std::string(array));
  }
  void on_disconnect(const ServerSocketPtr& socket, std::string_view reason) override {
    happened.push_back("left " + socket->sid() + " " + std::string(reason));
  }

  bool accept_at_once{true};
  int sockets{0};
  int timeouts{0};
  ServerSocketPtr last;
  std::vector<std::string> sent;
  std::vector<std::string> errors;
  std::vector<std::string> happened;
};

struct Connection : testing::Test {
  ManualClock clock;
  engineio::ServerOptions options;
  Host host;
  ServerConnection connection{options, host, clock.now()};

  void joined() {
    connection.on_text("0");
    host.sent.clear();
    host.happened.clear();
  }
};

TEST_F(Connection, JoinsTheMainNamespace) {  // SIO-CO-01
  connection.on_text("0");

  EXPECT_THAT(host.sent, ElementsAre("0{\"sid\":\"sid1\"}"));
  EXPECT_THAT(host.happened, ElementsAre("ask / {}", "joined sid1"));
}

TEST_F(Connection, ScopesAuthToItsNamespace) {  // SIO-CO-02, SIO-CO-03
  connection.on_text("0{\"token\":\"1\"}");
  connection.on_text("0/custom,{\"token\":\"2\"}");

  EXPECT_THAT(host.happened,
              ElementsAre("ask / {\"token\":\"1\"}", "joined sid1", "ask /custom {\"token\":\"2\"}", "joined sid2"));
  EXPECT_THAT(host.sent, ElementsAre("0{\"sid\":\"sid1\"}", "0/custom,{\"sid\":\"sid2\"}"));
}

TEST_F(Connection, RefusesUnknownNamespacesAndStaysUsable) {  // SIO-CO-05
  connection.on_text("0/random,");
  connection.on_text("0");

  EXPECT_THAT(host.sent, ElementsAre("4/random,{\"message\":\"Invalid namespace\"}", "0{\"sid\":\"sid1\"}"));
  EXPECT_THAT(host.errors, IsEmpty());
}

TEST_F(Connection, RefusalCarriesMessageAndDataAndAllowsARetry) {  // SIO-CO-15
  host.accept_at_once = false;
  connection.on_text("0");
  connection.refuse(host.last, {"not \"you\"", "{\"code\":\"NO_TOKEN\"}"});
  connection.on_text("0");

  EXPECT_THAT(host.sent, ElementsAre("4{\"message\":\"not \\\"you\\\"\",\"data\":{\"code\":\"NO_TOKEN\"}}"));
  EXPECT_EQ(host.sockets, 2);
}

TEST_F(Connection, LateAnswerAfterTheEndHasNoEffect) {  // SIO-CO-16
  host.accept_at_once = false;
  connection.on_text("0");
  connection.on_transport_closed("transport close");
  connection.accept(host.last);

  EXPECT_THAT(host.sent, IsEmpty());
  EXPECT_THAT(host.happened, ElementsAre("ask / {}"));
}

TEST_F(Connection, TimesOutOnlyWhileNothingWasEverJoined) {  // SIO-CO-09, SIO-CO-10
  EXPECT_EQ(connection.next_deadline(), clock.now() + options.connect_timeout);
  clock.advance(options.connect_timeout);
  connection.on_deadline(clock.now());
  EXPECT_EQ(host.timeouts, 1);

  ServerConnection other(options, host, clock.now());
  other.on_text("0");
  other.on_text("1");
  EXPECT_EQ(other.next_deadline(), Time::max());
}

TEST_F(Connection, DispatchesEventsWithAcknowledgements) {  // SIO-EV-01, SIO-AK-01, SIO-AK-02
  joined();
  connection.on_text("2[\"message\",1,\"2\",{\"3\":[true]}]");
  connection.on_text("20[\"ask\"]");
  connection.on_text("29007199254740991[\"ask\"]");

  EXPECT_THAT(host.happened, ElementsAre("event / message[1,\"2\",{\"3\":[true]}]", "event / ask[] #0",
                                         "event / ask[] #9007199254740991"));
}

TEST_F(Connection, IgnoresUnknownAcknowledgements) {  // SIO-AK-09
  joined();
  connection.on_text("399[1]");

  EXPECT_THAT(host.errors, IsEmpty());
}

TEST_F(Connection, HandsOnAnswersWithTheirNamespaceAndNothingElse) {  // SIO-AK-08, SIO-AK-11, SIO-AK-12
  joined();
  connection.on_text("37[1,\"two\"]");
  connection.on_text("37[]");
  EXPECT_THAT(host.happened, ElementsAre("ack / #7 [1,\"two\"]", "ack / #7 []"));
}

TEST_F(Connection, ShowsThePidOfASocketThatMayBeResumed) {  // SIO-RE-02, SIO-RE-04
  host.accept_at_once = false;
  connection.on_text("0");
  host.last->identify("old-sid", "secret");
  connection.accept(host.last);
  EXPECT_THAT(host.sent, ElementsAre(R"(0{"sid":"old-sid","pid":"secret"})"));
}

TEST_F(Connection, ReassemblesBinaryEvents) {  // SIO-BI-01, SIO-BI-02
  joined();
  connection.on_text("52-7[\"m\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]");
  connection.on_binary("one");
  EXPECT_THAT(host.happened, IsEmpty());
  connection.on_binary("two");

  EXPECT_THAT(
      host.happened,
      ElementsAre("event / m[{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}] #7 <one> <two>"));
}

TEST_F(Connection, StaysUsableAfterABinaryEventWithoutAttachments) {  // SIO-BI-12
  joined();
  connection.on_text("50-[\"a\"]");
  connection.on_text("2[\"b\"]");

  EXPECT_THAT(host.happened, ElementsAre("event / a[]", "event / b[]"));
}

TEST_F(Connection, ClientMayLeaveAndComeBack) {  // SIO-DI-01..04
  connection.on_text("0");
  connection.on_text("0/custom,");
  host.sent.clear();
  host.happened.clear();

  connection.on_text("1");
  connection.on_text("2/custom,[\"x\"]");
  connection.on_text("0");

  EXPECT_THAT(host.happened,
              ElementsAre("left sid1 client namespace disconnect", "event /custom x[]", "ask / {}", "joined sid3"));
  EXPECT_THAT(host.sent, ElementsAre("0{\"sid\":\"sid3\"}"));
}

TEST_F(Connection, ServerMayDisconnectOneNamespace) {  // SIO-DI-06
  connection.on_text("0/custom,");
  host.sent.clear();
  const ServerSocketPtr socket = host.last;

  EXPECT_TRUE(connection.leave(socket));
  EXPECT_FALSE(connection.leave(socket));
  connection.emit(*socket, make_event("/custom", "late", ""));

  EXPECT_THAT(host.sent, ElementsAre("1/custom,"));
}

TEST_F(Connection, TransportLossDisconnectsEveryNamespaceOnce) {  // SIO-DI-08
  connection.on_text("0");
  connection.on_text("0/custom,");
  host.happened.clear();

  connection.on_transport_closed("ping timeout");
  connection.on_transport_closed("ping timeout");

  EXPECT_THAT(host.happened, ElementsAre("left sid1 ping timeout", "left sid2 ping timeout"));
}

struct Violation : testing::TestWithParam<const char*> {};

TEST_P(Violation, ClosesTheConnectionAndDispatchesNothing) {
  ManualClock clock;
  const engineio::ServerOptions options;
  Host host;
  ServerConnection connection(options, host, clock.now());
  connection.on_text("0");
  host.happened.clear();

  connection.on_text(GetParam());
  connection.on_text("2[\"after\"]");

  EXPECT_EQ(host.errors.size(), 1U);
  EXPECT_THAT(host.happened, IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(Packets, Violation,
                         testing::Values("",                      // SIO-IN-02
                                         "7",                     // SIO-IN-01
                                         "abc",                   //
                                         "0",                     // SIO-CO-11: joined already
                                         "0/custom,[]",           // SIO-CO-13
                                         "0/custom,\"x\"",        //
                                         "0/custom,null",         //
                                         "0/custom,{",            //
                                         "4{\"message\":\"x\"}",  // SIO-IN-03
                                         "2",                     // SIO-EV-04
                                         "2{}",                   //
                                         "2[]",                   //
                                         "2[null]",               // SIO-EV-05
                                         "2[\"connect\"]",        // SIO-EV-06
                                         "2[\"broken\"",          // SIO-IN-04
                                         "2abc[\"x\"]",           // SIO-AK-06
                                         "2-1[\"x\"]",            //
                                         "2/custom,[\"x\"]",      // SIO-IN-05: not joined
                                         "1/custom,",             //
                                         "1{\"a\":1}",            // SIO-DI-07
                                         "5[\"x\"]",              // SIO-BI-10
                                         "5x-[\"x\"]",            //
                                         "511-[\"x\"]"));         // SIO-BI-11

TEST_F(Connection, AnythingBeforeConnectIsAViolation) {  // SIO-CO-08
  connection.on_text("2[\"x\"]");

  EXPECT_EQ(host.errors.size(), 1U);
}

TEST_F(Connection, EventsBeforeTheAnswerAreAViolation) {  // SIO-CO-22
  host.accept_at_once = false;
  connection.on_text("0");
  connection.on_text("2[\"x\"]");

  EXPECT_EQ(host.errors.size(), 1U);
  EXPECT_THAT(host.happened, ElementsAre("ask / {}"));
}

TEST_F(Connection, AttachmentWithoutHeaderIsAViolation) {  // SIO-BI-07
  joined();
  connection.on_binary("x");

  EXPECT_EQ(host.errors.size(), 1U);
}

TEST_F(Connection, AttachmentsThatStopComingAreNotAwaitedForEver) {  // SIO-BI-14
  joined();
  const Duration heartbeat = options.ping_interval + options.ping_timeout;
  connection.on_text("52-[\"m\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]");
  connection.watch_attachments(clock.now());
  clock.advance(heartbeat - Duration{1});
  connection.on_deadline(clock.now());
  connection.on_binary("x");
  connection.watch_attachments(clock.now());
  EXPECT_EQ(connection.next_deadline(), clock.now() + heartbeat);
  EXPECT_THAT(host.errors, IsEmpty());

  clock.advance(heartbeat);
  connection.on_deadline(clock.now());

  EXPECT_EQ(host.errors.size(), 1U);
  EXPECT_THAT(host.happened, IsEmpty());
}

TEST_F(Connection, AttachmentsThatHaveComeAreAwaitedNoMore) {  // SIO-BI-14
  joined();
  connection.on_text("51-[\"m\",{\"_placeholder\":true,\"num\":0}]");
  connection.watch_attachments(clock.now());
  connection.on_binary("x");
  connection.watch_attachments(clock.now());

  EXPECT_EQ(connection.next_deadline(), Time::max());
}

TEST_F(Connection, TextBetweenAttachmentsIsAViolation) {  // SIO-BI-08, SIO-BI-16
  joined();
  connection.on_text("51-[\"m\",{\"_placeholder\":true,\"num\":0}]");
  connection.on_text("2[\"x\"]");

  EXPECT_EQ(host.errors.size(), 1U);
  EXPECT_THAT(host.happened, IsEmpty());
}

}  // namespace
}  // namespace plumbline::socketio
