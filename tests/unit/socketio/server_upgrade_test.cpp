// The upgrade from polling to WebSocket: probes, refusals, and nothing lost, doubled or reordered on the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plumbline/base/random.h"
#include "unit/socketio/recording_session_host.h"

namespace plumbline::engineio {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

struct Upgrade : testing::Test {
  SessionUnderTest on{TransportName::polling, quick()};
  std::optional<RequestError> attach() { return on.session.attach_websocket(on.clock.now()); }
};

TEST_F(Upgrade, AnswersTheProbeAndGivesTheParkedGetBack) {  // EIO-UP-01, EIO-UP-02
  EXPECT_EQ(on.get(), std::nullopt);
  EXPECT_EQ(attach(), std::nullopt);
  EXPECT_THAT(on.host.take(), IsEmpty());

  on.ws("2probe");

  EXPECT_THAT(on.host.take(), ElementsAre("ws:3probe", "poll:6"));
}

TEST_F(Upgrade, AnswersAGetAfterTheProbeWithNoop) {  // EIO-UP-03
  EXPECT_EQ(attach(), std::nullopt);
  on.ws("2probe");
  on.host.take();

  EXPECT_EQ(on.get(), std::nullopt);

  EXPECT_THAT(on.host.take(), ElementsAre("poll:6"));
}

TEST_F(Upgrade, DeliversWhatWaitedOnTheWebSocket) {  // EIO-UP-04
  EXPECT_EQ(attach(), std::nullopt);
  on.ws("2probe");
  on.send("a");
  EXPECT_EQ(on.post("4from client"), std::nullopt);
  on.session.send_message(true, "b");
  on.host.take();

  on.ws("5");
  on.send("c");

  EXPECT_THAT(on.host.take(), ElementsAre("ws:4a", "wsb:b", "ws:4c"));
  EXPECT_THAT(on.host.received, ElementsAre("t:from client"));
}

TEST_F(Upgrade, RefusesPollingAndFurtherWebSocketsAfterwards) {  // EIO-UP-05, EIO-UP-06
  EXPECT_EQ(attach(), std::nullopt);
  on.ws("2probe");
  on.ws("5");

  EXPECT_EQ(on.get(), RequestError::bad_request);
  EXPECT_EQ(on.post("4x"), RequestError::bad_request);
  EXPECT_EQ(attach(), RequestError::bad_request);
  EXPECT_TRUE(on.session.open());
}

TEST_F(Upgrade, OnlyOneCandidateAtATime) {  // EIO-UP-07
  EXPECT_EQ(attach(), std::nullopt);
  EXPECT_EQ(attach(), RequestError::bad_request);

  on.ws("2probe");
  on.ws("5");
  EXPECT_EQ(on.session.transport(), TransportName::websocket);
}

TEST(UpgradesOff, RefuseTheWebSocketAndLeavePollingAsItWas) {  // EIO-UP-17
  ServerOptions options = quick();
  options.upgrades = false;
  SessionUnderTest on(TransportName::polling, options);

  EXPECT_EQ(on.session.attach_websocket(on.clock.now()), RequestError::bad_request);

  EXPECT_THAT(open_packet("x", TransportName::polling, options), testing::HasSubstr(R"("upgrades":[])"));
  EXPECT_EQ(on.get(), std::nullopt);
  on.send("still polled");
  EXPECT_TRUE(on.session.open());
}

struct BadProbe : testing::TestWithParam<const char*> {};

TEST_P(BadProbe, ClosesTheCandidateOnly) {  // EIO-UP-09, EIO-UP-10
  SessionUnderTest on(TransportName::polling, quick());
  EXPECT_EQ(on.session.attach_websocket(on.clock.now()), std::nullopt);

  on.ws(GetParam());

  EXPECT_THAT(on.host.take(), ElementsAre("ws-close:transport error"));
  EXPECT_TRUE(on.session.open());
  EXPECT_EQ(on.session.attach_websocket(on.clock.now()), std::nullopt) << "another try is allowed";
}
INSTANTIATE_TEST_SUITE_P(FirstFrames, BadProbe, testing::Values("2", "2PROBE", "2other", "4x", "5", ""));

TEST_F(Upgrade, LostCandidateLeavesPollingAsItWas) {  // EIO-UP-11
  EXPECT_EQ(attach(), std::nullopt);
  on.ws("2probe");
  on.send("kept");
  on.session.on_ws_closed(CloseReason::transport_close, on.clock.now());
  on.host.take();

  EXPECT_EQ(on.get(), std::nullopt);

  EXPECT_THAT(on.host.take(), ElementsAre("poll:4kept"));
}

TEST_F(Upgrade, TimesOutWithoutHarmToPolling) {  // EIO-UP-12, EIO-UP-13
  EXPECT_EQ(attach(), std::nullopt);
  on.ws("2probe");
  on.host.take();
  on.pass(99ms);
  EXPECT_THAT(on.host.take(), IsEmpty());
  on.pass(1ms);

  EXPECT_THAT(on.host.take(), ElementsAre("ws-close:transport close"));
  EXPECT_EQ(on.get(), std::nullopt);
  EXPECT_THAT(on.host.take(), IsEmpty()) << "parked again";
}

TEST_F(Upgrade, EndOfTheSessionClosesBothEnds) {  // EIO-UP-14
  EXPECT_EQ(attach(), std::nullopt);
  EXPECT_EQ(on.get(), std::nullopt);
  EXPECT_EQ(on.post("1"), std::nullopt);

  EXPECT_THAT(on.host.take(), ElementsAre("ws-close:transport close", "poll:6"));
  EXPECT_TRUE(on.session.finished());
}

TEST_F(Upgrade, PingAskedOnPollingDoesNotKillTheUpgradedSession) {  // EIO-HB-10
  on.pass(300ms);
  EXPECT_EQ(attach(), std::nullopt);
  on.ws("2probe");
  on.ws("5");
  on.pass(200ms);
  EXPECT_TRUE(on.session.open());
  on.pass(100ms);

  EXPECT_EQ(on.host.take().back(), "ws:2");
}

// What one client saw, whichever transport brought it.
std::vector<std::string> messages_in(const std::vector<std::string>& said) {
  std::vector<std::string> seen;
  for (const std::string& line : said) {
    std::string_view rest = line;
    rest.remove_prefix(rest.find(':') + 1);
    while (!rest.empty()) {
      const std::size_t end = rest.find(kPayloadSeparator);
      const std::string_view packet = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
      if (packet.front() == '4') {
        seen.emplace_back(packet.substr(1));
      }
    }
  }
  return seen;
}

std::vector<std::string> numbers(int count, const std::string& prefix) {
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) {
    all.push_back(prefix + std::to_string(i));
  }
  return all;
}

// EIO-UP-15: emits, polls, posts and the steps of one upgrade in an order that the seed decides.
class Interleaving {
 public:
  explicit Interleaving(std::uint64_t seed, ServerOptions options = quick())
      : on_(TransportName::polling, options), rng_(seed) {}

  void play() {
    for (int action = 0; action < 60; ++action) {
      const std::size_t before = on_.host.said.size();
      act();
      for (std::size_t i = before; i < on_.host.said.size(); ++i) {
        parked_ = parked_ && !on_.host.said[i].starts_with("poll:");
      }
    }
    if (step_ < 3) {
      EXPECT_TRUE(parked_ || on_.get() == std::nullopt);
      on_.session.flush(on_.clock.now());
    }
  }

  [[nodiscard]] bool nothing_wrong() const {
    std::vector<std::string> received;
    for (const std::string& line : on_.host.received) {
      received.push_back(line.substr(2));
    }
    return messages_in(on_.host.said) == numbers(emitted_, "") && received == numbers(posted_, "c");
  }

 private:
  void act() {
    switch (rng_.below(5)) {
      case 0:
        on_.session.send_message(false, std::to_string(emitted_++));
        break;
      case 1:
        on_.session.flush(on_.clock.now());
        break;
      case 2:
        if (step_ < 3 && !std::exchange(parked_, true)) {
          EXPECT_EQ(on_.get(), std::nullopt);
        }
        break;
      case 3:
        say("4c" + std::to_string(posted_++));
        break;
      default:
        if (rng_.below(3) == 0) {
          upgrade();
        }
    }
  }

  void say(const std::string& packet) {
    if (step_ < 3) {
      EXPECT_EQ(on_.post(packet), std::nullopt);
    } else {
      on_.ws(packet);
    }
  }

  void upgrade() {
    if (step_ == 0) {
      EXPECT_EQ(on_.session.attach_websocket(on_.clock.now()), std::nullopt);
    } else if (step_ == 1) {
      on_.ws("2probe");
    } else if (step_ == 2 && !parked_) {  // a client gets its GET back first
      on_.ws("5");
    } else {
      return;
    }
    ++step_;
  }

  SessionUnderTest on_;
  Rng rng_;
  int emitted_{0};
  int posted_{0};
  int step_{0};  // 1 attached, 2 probed, 3 upgraded
  bool parked_{false};
};

TEST(UpgradeInterleavings, LoseDoubleAndReorderNothing) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    Interleaving run(seed);
    run.play();
    EXPECT_TRUE(run.nothing_wrong()) << "seed " << seed;
  }
}

#if defined(PLUMBLINE_MUTANTS)
TEST(UpgradeInterleavings, RejectAServerThatLosesItsBuffer) {
  ServerOptions options = quick();
  options.fault = ServerFault::lose_buffer_on_upgrade;
  int rejected = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Interleaving run(seed, options);
    run.play();
    rejected += run.nothing_wrong() ? 0 : 1;
  }

  EXPECT_GT(rejected, 10);
}
#endif

}  // namespace
}  // namespace plumbline::engineio
