// Engine.IO sessions of a server: polling rules, packets, heartbeats, closing.
#include "plumbline/socketio/server_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/socketio/recording_session_host.h"

namespace plumbline::engineio {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

struct Polling : testing::Test {
  SessionUnderTest on{TransportName::polling, quick()};
};

struct WebSocket : testing::Test {
  SessionUnderTest on{TransportName::websocket, quick()};
};

// --- polling

TEST_F(Polling, ParksAGetUntilThereIsSomethingToSay) {
  EXPECT_EQ(on.get(), std::nullopt);
  EXPECT_THAT(on.host.take(), IsEmpty());

  on.send("hello");

  EXPECT_THAT(on.host.take(), ElementsAre("poll:4hello"));
}

TEST_F(Polling, DeliversWhatWaitedWithTheNextGetSeparatedAndInOrder) {
  on.send("a");
  on.session.send_message(true, std::string_view("\1\2\3\4", 4));
  on.send("c");

  EXPECT_EQ(on.get(), std::nullopt);

  EXPECT_THAT(on.host.take(), ElementsAre("poll:4a\x1e"
                                          "bAQIDBA==\x1e"
                                          "4c"));
}

TEST_F(Polling, SecondGetIsRefusedAndEndsTheSession) {  // EIO-PO-01
  EXPECT_EQ(on.get(), std::nullopt);

  EXPECT_EQ(on.get(), RequestError::bad_request);

  EXPECT_THAT(on.host.take(), ElementsAre("poll:1"));
  EXPECT_THAT(on.host.ended, ElementsAre("close:transport error"));
  EXPECT_TRUE(on.session.finished());
  EXPECT_EQ(on.get(), RequestError::unknown_sid);
}

TEST_F(Polling, SecondPostIsRefusedAbortsTheFirstAndEndsTheSession) {  // EIO-PO-02
  EXPECT_EQ(on.session.begin_post("text/plain", on.clock.now()), std::nullopt);

  EXPECT_EQ(on.session.begin_post("text/plain", on.clock.now()), RequestError::bad_request);

  EXPECT_THAT(on.host.take(), ElementsAre("abort-post"));
  EXPECT_TRUE(on.session.finished());
}

TEST_F(Polling, GetAndPostMayOverlap) {  // EIO-PO-03
  EXPECT_EQ(on.get(), std::nullopt);
  EXPECT_EQ(on.post("4x"), std::nullopt);

  EXPECT_THAT(on.host.received, ElementsAre("t:x"));
  EXPECT_TRUE(on.session.open());
}

TEST_F(Polling, CutGetEndsTheSession) {  // EIO-PO-04
  EXPECT_EQ(on.get(), std::nullopt);
  on.session.on_poll_cut(on.clock.now());

  EXPECT_THAT(on.host.ended, ElementsAre("close:transport close"));
}

TEST_F(Polling, CutPostEndsTheSessionAndProcessesNothing) {  // EIO-PO-05
  EXPECT_EQ(on.session.begin_post("", on.clock.now()), std::nullopt);
  on.session.on_post_cut(on.clock.now());

  EXPECT_THAT(on.host.received, IsEmpty());
  EXPECT_THAT(on.host.ended, ElementsAre("close:transport close"));
}

TEST_F(Polling, RefusedPostLeavesTheSessionAlive) {  // EIO-LM-02
  EXPECT_EQ(on.session.begin_post("", on.clock.now()), std::nullopt);
  on.session.on_post_refused();

  EXPECT_EQ(on.post("4still here"), std::nullopt);
  EXPECT_THAT(on.host.received, ElementsAre("t:still here"));
}

TEST_F(Polling, OctetStreamIsRefusedAndEndsTheSession) {  // EIO-HD-12
  EXPECT_EQ(on.session.begin_post("application/octet-stream", on.clock.now()), RequestError::bad_request);
  EXPECT_TRUE(on.session.finished());
}

TEST_F(Polling, ReadsAllPacketsOfAPayload) {
  EXPECT_EQ(on.post("4one\x1e"
                    "4two\x1e"
                    "bAQI="),
            std::nullopt);

  EXPECT_THAT(on.host.received, ElementsAre("t:one", "t:two", "b:\1\2"));
}

struct BadPostBody : testing::TestWithParam<const char*> {};

TEST_P(BadPostBody, EndsTheSessionAndNothingAfterItIsProcessed) {  // EIO-PK-06..08
  SessionUnderTest on(TransportName::polling, quick());
  EXPECT_EQ(on.get(), std::nullopt);

  EXPECT_EQ(on.post(std::string("4good\x1e") + GetParam() + "\x1e" + "4after"), RequestError::bad_request);

  EXPECT_THAT(on.host.received, ElementsAre("t:good"));
  EXPECT_THAT(on.host.take(), ElementsAre("poll:1"));
  EXPECT_TRUE(on.session.finished());
}
INSTANTIATE_TEST_SUITE_P(Packets, BadPostBody, testing::Values("abc", "7", "9", "", "b!"));

TEST_F(Polling, EmptyBodyEndsTheSession) {
  EXPECT_EQ(on.post(""), RequestError::bad_request);
  EXPECT_TRUE(on.session.finished());
}

TEST_F(Polling, IgnoresOpenUpgradeAndNoop) {  // EIO-PK-09
  EXPECT_EQ(on.post("0\x1e"
                    "5\x1e"
                    "6"),
            std::nullopt);
  EXPECT_TRUE(on.session.open());
}

TEST_F(Polling, PingFromTheClientEndsTheSession) {  // EIO-PK-10
  EXPECT_EQ(on.post("2"), std::nullopt);
  EXPECT_TRUE(on.session.finished());
}

TEST_F(Polling, OverflowIsReportedOnceAndTheFirstPacketAlwaysFits) {
  ServerOptions options = quick();
  options.max_buffered_bytes = 10;
  SessionUnderTest small(TransportName::polling, options);

  small.send("longer than ten bytes");
  EXPECT_EQ(small.host.overflows, 0);
  small.send("x");
  small.send("y");

  EXPECT_EQ(small.host.overflows, 1);
}

// --- heartbeat

TEST_F(Polling, PingsAfterTheIntervalAndEndsAfterTheTimeout) {  // EIO-HB-02, EIO-HB-04
  EXPECT_EQ(on.get(), std::nullopt);
  on.pass(299ms);
  on.session.flush(on.clock.now());
  EXPECT_THAT(on.host.take(), IsEmpty());
  on.pass(1ms);
  on.session.flush(on.clock.now());
  EXPECT_THAT(on.host.take(), ElementsAre("poll:2"));

  EXPECT_EQ(on.get(), std::nullopt);
  on.pass(199ms);
  EXPECT_TRUE(on.session.open());
  on.pass(1ms);
  EXPECT_THAT(on.host.take(), ElementsAre("poll:1"));
  EXPECT_THAT(on.host.ended, ElementsAre("close:ping timeout"));
}

TEST_F(Polling, SessionThatIsNeverPolledAgainIsReaped) {  // EIO-HB-07
  on.pass(300ms);
  on.pass(200ms);

  EXPECT_TRUE(on.session.finished());
}

TEST_F(WebSocket, CountsTheNextIntervalFromThePong) {  // EIO-HB-01, EIO-HB-06
  for (int beat = 0; beat < 10; ++beat) {
    on.pass(300ms);
    EXPECT_THAT(on.host.take(), ElementsAre("ws:2"));
    on.pass(170ms);
    on.ws("3");
  }
  EXPECT_EQ(on.session.next_deadline(), on.clock.now() + 300ms);
  EXPECT_TRUE(on.session.open());
}

TEST_F(WebSocket, OtherTrafficIsNoPong) {  // EIO-HB-05
  on.pass(300ms);
  on.ws("4hello");
  on.pass(200ms);

  EXPECT_THAT(on.host.take(), ElementsAre("ws:2", "ws-close:ping timeout"));
}

TEST_F(WebSocket, UnsolicitedPongsDoNotPostponeThePing) {
  on.pass(299ms);
  on.ws("3");
  on.ws("3xyz");
  on.pass(1ms);

  EXPECT_THAT(on.host.take(), ElementsAre("ws:2"));
}

// --- WebSocket packets and closing

TEST_F(WebSocket, OpensWithItsHandshake) {
  on.session.open_on_websocket("sid");

  EXPECT_THAT(on.host.take(),
              ElementsAre("ws:0{\"sid\":\"sid\",\"upgrades\":[],\"pingInterval\":300,\"pingTimeout\":200,"
                          "\"maxPayload\":1000000}"));
}

TEST_F(WebSocket, PassesTextAndBinaryOn) {
  on.ws("4hello");
  on.ws("4");
  on.session.on_ws_message(true, "raw", on.clock.now());

  EXPECT_THAT(on.host.received, ElementsAre("t:hello", "t:", "b:raw"));
}

TEST_F(WebSocket, ClosePacketClosesAtOnce) {  // EIO-CL-03
  on.ws("1");

  EXPECT_THAT(on.host.take(), ElementsAre("ws-close:transport close"));
  EXPECT_TRUE(on.session.finished());
}

struct BadFrame : testing::TestWithParam<const char*> {};

TEST_P(BadFrame, ClosesAtOnce) {  // EIO-PK-10, EIO-PK-13
  SessionUnderTest on(TransportName::websocket, quick());
  on.ws(GetParam());

  EXPECT_THAT(on.host.take(), ElementsAre("ws-close:parse error"));
  EXPECT_THAT(on.host.ended, ElementsAre("close:parse error"));
}
INSTANTIATE_TEST_SUITE_P(Packets, BadFrame, testing::Values("abc", "", "7", "2", "2probe"));

TEST_F(WebSocket, PollingRequestsAreRefusedAndHarmless) {  // EIO-PO-10
  EXPECT_EQ(on.get(), RequestError::bad_request);
  EXPECT_EQ(on.post("4x"), RequestError::bad_request);

  EXPECT_TRUE(on.session.open());
}

TEST_F(WebSocket, SecondWebSocketIsRefused) {  // EIO-UP-08
  EXPECT_EQ(on.session.attach_websocket(on.clock.now()), RequestError::bad_request);
  EXPECT_TRUE(on.session.open());
}

TEST_F(WebSocket, LostConnectionEndsTheSessionOnce) {  // EIO-CL-07
  on.session.on_ws_closed(CloseReason::transport_close, on.clock.now());
  on.session.close(CloseReason::server_close, on.clock.now());

  EXPECT_THAT(on.host.ended, ElementsAre("close:transport close"));
}

TEST_F(Polling, ClientCloseAnswersTheParkedGetWithNoop) {  // EIO-CL-01
  EXPECT_EQ(on.get(), std::nullopt);
  EXPECT_EQ(on.post("1"), std::nullopt);

  EXPECT_THAT(on.host.take(), ElementsAre("poll:6"));
  EXPECT_EQ(on.get(), RequestError::unknown_sid);
}

TEST_F(Polling, ServerCloseDeliversWhatWaitsFirst) {  // EIO-CL-04, EIO-CL-05
  on.send("last words");
  on.session.close(CloseReason::server_close, on.clock.now());
  EXPECT_FALSE(on.session.finished());
  EXPECT_EQ(on.post("4late"), RequestError::unknown_sid);

  EXPECT_EQ(on.get(), std::nullopt);

  EXPECT_THAT(on.host.take(), ElementsAre("poll:4last words\x1e"
                                          "1"));
  EXPECT_TRUE(on.session.finished());
}

TEST_F(Polling, ServerCloseAnswersTheParkedGet) {
  EXPECT_EQ(on.get(), std::nullopt);
  on.session.close(CloseReason::shutting_down, on.clock.now());

  EXPECT_THAT(on.host.take(), ElementsAre("poll:1"));
  EXPECT_TRUE(on.session.finished());
}

TEST_F(Polling, FarewellIsForgottenInTheEnd) {
  on.session.close(CloseReason::server_close, on.clock.now());
  on.pass(500ms);

  EXPECT_TRUE(on.session.finished());
}

}  // namespace
}  // namespace plumbline::engineio
