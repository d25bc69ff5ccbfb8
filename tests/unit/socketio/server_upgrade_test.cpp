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

ServerOptions quick_to_upgrade() {
  ServerOptions options;
  options.ping_interval = 300ms;
  options.ping_timeout = 200ms;
  options.upgrade_timeout = 100ms;
  return options;
}

struct Upgrade : testing::Test {
  SessionUnderTest on{TransportName::polling, quick_to_upgrade()};
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

struct BadProbe : testing::TestWithParam<const char*> {};

TEST_P(BadProbe, ClosesTheCandidateOnly) {  // EIO-UP-09, EIO-UP-10
  SessionUnderTest on(TransportName::polling, quick_to_upgrade());
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

std::vector<std::string> without_types(std::vector<std::string> packets) {
  for (std::string& packet : packets) {
    packet.erase(0, 2);
  }
  return packets;
}

// EIO-UP-15: emits, polls, posts and the steps of one upgrade in an order that the seed decides.
void play(std::uint64_t seed) {
  SessionUnderTest on(TransportName::polling, quick_to_upgrade());
  Rng rng(seed);
  int emitted = 0;
  int posted = 0;
  int step = 0;  // 0 nothing, 1 attached, 2 probed, 3 upgraded
  bool get_open = false;
  for (int action = 0; action < 60; ++action) {
    const std::size_t before = on.host.said.size();
    switch (rng.below(5)) {
      case 0:
        on.session.send_message(false, std::to_string(emitted++));
        break;
      case 1:
        on.session.flush(on.clock.now());
        break;
      case 2:
        if (step < 3 && !get_open) {
          get_open = true;
          ASSERT_EQ(on.get(), std::nullopt) << "seed " << seed;
        }
        break;
      case 3:
        if (step < 3) {
          ASSERT_EQ(on.post("4c" + std::to_string(posted++)), std::nullopt) << "seed " << seed;
        } else {
          on.ws("4c" + std::to_string(posted++));
        }
        break;
      default:
        if (rng.below(3) != 0) {
          break;
        }
        if (step == 0) {
          ASSERT_EQ(on.session.attach_websocket(on.clock.now()), std::nullopt);
        } else if (step == 1) {
          on.ws("2probe");
        } else if (step == 2 && !get_open) {
          on.ws("5");
        } else {
          break;
        }
        ++step;
    }
    for (std::size_t i = before; i < on.host.said.size(); ++i) {
      get_open = get_open && !on.host.said[i].starts_with("poll:");
    }
  }
  if (step < 3) {
    if (!get_open) {
      ASSERT_EQ(on.get(), std::nullopt);
    }
    on.session.flush(on.clock.now());
  }
  EXPECT_EQ(messages_in(on.host.said), numbers(emitted, "")) << "seed " << seed;
  EXPECT_EQ(without_types(on.host.received), numbers(posted, "c")) << "seed " << seed;
}

TEST(UpgradeInterleavings, LoseDoubleAndReorderNothing) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    play(seed);
  }
}

}  // namespace
}  // namespace plumbline::engineio
