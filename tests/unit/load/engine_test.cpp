// The engine on a manual clock and a fake network: open loop, latency from the intended start, settling, endings.
#include "engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_wire.h"
#include "scenario/scenario_parser.h"
#include "verdict/gates.h"
#include "workload/echo.h"
#include "workload/messenger.h"

namespace plumbline::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

Plan plan_of(const std::string& extra) {
  ParsedScenario parsed = parse_scenario("schema: scenario/1\nname: t\n" + extra, "s.yaml");
  EXPECT_THAT(parsed.errors, ::testing::IsEmpty());
  return make_plan(std::move(parsed.scenario));
}

const char* const kEcho =
    "target: {embedded: echo}\nusers: {count: 2}\nmix: {ack: {share: 100%, size: 20B}}\n"
    "phases: [{name: connect, ramp: {users: 2, over: 10ms}}, {name: steady, for: 1s, rate: 10/s}]\n";

class EchoRun : public ::testing::Test {
 protected:
  EchoRun()
      : plan(plan_of(kEcho)),
        recorder(plan.scenario.phases),
        workload(plan, recorder, clock, {}),
        engine(plan, wire, workload, recorder, clock) {}

  void turn_for(Duration length, Duration step = milliseconds{1}) {
    for (Duration passed{0}; passed < length; passed += step) {
      clock.advance(step);
      engine.turn(clock.now());
    }
  }
  void answer_all() {
    for (const auto& connection : wire.connections) {
      for (; next_answer[connection.get()] < connection->emitted.size(); ++next_answer[connection.get()]) {
        const std::size_t i = next_answer[connection.get()];
        const std::string& emitted = connection->emitted[i];
        connection->listener->on_ack(connection->ack_ids[i], "[" + emitted.substr(emitted.find(',') + 1), clock.now());
      }
    }
  }
  std::size_t emitted() const {
    std::size_t sum = 0;
    for (const auto& connection : wire.connections) {
      sum += connection->emitted.size();
    }
    return sum;
  }

  Plan plan;
  FakeWire wire;
  ManualClock clock;
  Recorder recorder;
  Echo workload;
  Engine engine;
  std::map<FakeWire::Connection*, std::size_t> next_answer;
};

TEST_F(EchoRun, OffersEveryArrivalWithoutWaitingForAnswers) {
  engine.begin(clock.now());
  turn_for(milliseconds{1100});

  EXPECT_EQ(emitted(), 10U);
  EXPECT_EQ(workload.in_flight(), 10U);
}

TEST_F(EchoRun, EndsAtOnceWhenEverythingIsAnswered) {
  engine.begin(clock.now());
  for (int i = 0; i < 1100; ++i) {
    turn_for(milliseconds{1});
    answer_all();
  }

  EXPECT_EQ(engine.ending(), Ending::complete);
  EXPECT_TRUE(engine.settled());
  EXPECT_EQ(workload.finish().acked, 10U);
  EXPECT_EQ(grave_anomalies(workload.finish()), 0U);
}

TEST_F(EchoRun, ChargesAPauseOfTheLoopToTheLatencyFromIntendedStart) {
  engine.begin(clock.now());
  turn_for(milliseconds{111});  // ramp 10 ms, then the first arrivals at 0 and 100 ms
  clock.advance(milliseconds{500});
  engine.turn(clock.now());
  answer_all();

  const stats::Histogram ack = recorder.total(Metric::ack);
  EXPECT_NEAR(static_cast<double>(ack.max().count()) / 1e6, 600, 3);  // the arrival at 0 was answered at 600 ms
  EXPECT_EQ(emitted(), 7U);                                           // those of the pause were sent at its end
  EXPECT_NEAR(static_cast<double>(recorder.total(Metric::slip).max().count()) / 1e6, 400, 3);
}

TEST_F(EchoRun, TellsAlteredAndRepeatedAcknowledgements) {
  engine.begin(clock.now());
  turn_for(milliseconds{130});
  FakeWire::Connection& first = *wire.connections[0];
  first.listener->on_ack(first.ack_ids.at(0), R"(["other"])", clock.now());
  first.listener->on_ack(first.ack_ids.at(0), R"(["other"])", clock.now());
  first.listener->on_ack(999, "[]", clock.now());

  const checker::CheckerReport report = workload.finish();
  EXPECT_EQ(report.counts[static_cast<std::size_t>(checker::Anomaly::ack_mismatch)], 1U);
  EXPECT_EQ(report.counts[static_cast<std::size_t>(checker::Anomaly::visible_duplicate)], 1U);
  EXPECT_EQ(report.counts[static_cast<std::size_t>(checker::Anomaly::phantom)], 1U);
}

TEST_F(EchoRun, LosesTheTargetWhenNoDeviceComesBack) {
  engine.begin(clock.now());
  turn_for(milliseconds{200});
  wire.refuse = true;
  for (const auto& connection : std::vector(wire.connections)) {
    connection->listener->on_disconnect(Error{Errc::closed, "fake"});
  }
  turn_for(seconds{13}, milliseconds{50});

  EXPECT_EQ(engine.ending(), Ending::target_lost);
  EXPECT_THAT(engine.sentence(), HasSubstr("no device has been connected for 10 s"));
}

TEST_F(EchoRun, SaysThatNoDeviceCouldEverConnect) {
  wire.refuse = true;
  engine.begin(clock.now());
  turn_for(seconds{13}, milliseconds{50});

  EXPECT_EQ(engine.ending(), Ending::target_lost);
  EXPECT_THAT(engine.sentence(), HasSubstr("no device could ever connect to the target in 10 s"));
  EXPECT_THAT(engine.sentence(), HasSubstr("is it a Socket.IO server"));
}

TEST_F(EchoRun, ReconnectsAfterOneToOneAndAHalfSecondsWithJitter) {
  engine.begin(clock.now());
  turn_for(milliseconds{200});
  wire.connections[0]->listener->on_disconnect(Error{Errc::closed, "fake"});
  turn_for(milliseconds{490}, milliseconds{10});
  EXPECT_EQ(wire.connections.size(), 2U);
  turn_for(milliseconds{1020}, milliseconds{10});
  EXPECT_EQ(wire.connections.size(), 3U);
  EXPECT_EQ(engine.fleet().lost(), 1U);
}

TEST_F(EchoRun, FinishesSoonWhenInterrupted) {
  engine.begin(clock.now());
  turn_for(milliseconds{300});
  engine.interrupt(clock.now());
  turn_for(milliseconds{2100});

  EXPECT_EQ(engine.ending(), Ending::interrupted);
  EXPECT_LT(emitted(), 5U);
}

TEST_F(EchoRun, SaysThatTheTargetRefusesConnections) {
  wire.accept_at_once = false;
  engine.begin(clock.now());
  turn_for(milliseconds{5});
  wire.connections.at(0)->listener->on_connect_error(R"({"message":"no"})");
  turn_for(milliseconds{5});

  EXPECT_EQ(engine.ending(), Ending::setup_failed);
  EXPECT_THAT(engine.sentence(), HasSubstr(R"({"message":"no"})"));
}

const char* const kChat =
    "users: {count: 2}\nmix: {send: {share: 100%, size: 90B}}\n"
    "phases: [{name: connect, ramp: {users: 2, over: 10ms}}, {name: steady, for: 1s, rate: 4/s}]\n";

// A two-user chat target played by hand: stores messages, answers, delivers, serves history.
class ChatRun : public ::testing::Test {
 protected:
  ChatRun()
      : plan(plan_of(kChat)),
        recorder(plan.scenario.phases),
        workload(plan, wire, recorder, clock, setting()),
        engine(plan, wire, workload, recorder, clock) {}

  Messenger::Setting setting() {
    Messenger::Setting made;
    made.run = 77;
    made.resumes = true;
    made.token = [this](std::uint32_t) {
      return &token;
    };
    return made;
  }
  static std::string text_in(const std::string& body) {
    const std::size_t from = body.find("\"message\":\"") + 11;
    return body.substr(from, body.find('"', from) - from);
  }
  std::string row(const std::string& text, std::size_t sequence) const {
    const std::string number = std::to_string(sequence);
    return R"({"conversationId":")" + plan.population.conversations[0].id + R"(","messageId":"m)" + number +
           R"(","sequenceId":)" + number + R"(,"message":")" + text + "\"}";
  }
  void serve_one() {
    const client::HttpCall call = wire.calls.front().call;
    if (call.method == "POST") {
      stored.push_back(text_in(call.body));
      wire.answer(202,
                  R"({"messageId":"m)" + std::to_string(stored.size()) + R"(","sequenceId":)" +
                      std::to_string(stored.size()) + "}",
                  clock.now(), clock.now());
      for (std::size_t d = 0; d < wire.connections.size(); ++d) {
        if (stored.size() != lose_delivery || d != 0) {
          wire.connections[d]->listener->on_event("[\"newMessage\"," + row(stored.back(), stored.size()) + "]", {},
                                                  clock.now());
        }
      }
      if (stored.size() == lose_stored) {
        lost = stored.back();
      }
      return;
    }
    std::string page;
    for (std::size_t i = 0; i < stored.size(); ++i) {
      page += stored[i] == lost ? "" : (page.empty() ? "" : ",") + row(stored[i], i + 1);
    }
    wire.answer(200, R"({"messages":[)" + page + R"(],"hasMore":false})", clock.now(), clock.now());
  }
  void play(Duration length) {
    engine.begin(clock.now());
    play_on(length);
  }
  void play_on(Duration length) {
    for (Duration passed{0}; passed < length && engine.ending() == Ending::running; passed += milliseconds{2}) {
      clock.advance(milliseconds{2});
      engine.turn(clock.now());
      while (!wire.calls.empty()) {
        serve_one();
      }
    }
  }

  std::string token{"signed"};
  Plan plan;
  FakeWire wire;
  ManualClock clock;
  Recorder recorder;
  Messenger workload;
  Engine engine;
  std::vector<std::string> stored;
  std::size_t lose_delivery{0};
  std::size_t lose_stored{0};
  std::string lost{"nothing"};
};

TEST_F(ChatRun, AgreesWithACorrectTarget) {
  play(seconds{30});
  const checker::CheckerReport report = workload.finish();

  EXPECT_EQ(engine.ending(), Ending::complete);
  EXPECT_TRUE(engine.settled());
  EXPECT_EQ(report.sent, 4U);
  EXPECT_EQ(report.acked, 4U);
  EXPECT_EQ(report.expected_deliveries, 8U);
  EXPECT_EQ(report.deliveries, 8U);
  EXPECT_EQ(grave_anomalies(report), 0U);
  EXPECT_EQ(recorder.total(Metric::e2e).count(), 8U);
  EXPECT_EQ(recorder.total(Metric::e2e_last).count(), 4U);
}

TEST_F(ChatRun, SaysWhatADeviceHasWhenItComesBack) {
  play(milliseconds{600});
  ASSERT_GE(stored.size(), 1U);
  wire.connections[1]->listener->on_disconnect(Error{Errc::closed, "fake"});
  for (Duration passed{0}; wire.connections.size() < 3 && passed < seconds{3}; passed += milliseconds{2}) {
    clock.advance(milliseconds{2});
    engine.turn(clock.now());
  }

  ASSERT_EQ(wire.connections.size(), 3U);
  EXPECT_EQ(wire.connections[0]->options.auth, R"({"token":"signed"})");
  EXPECT_EQ(wire.connections[2]->options.auth, R"({"token":"signed","cursors":{")" +
                                                   plan.population.conversations[0].id +
                                                   "\":" + std::to_string(stored.size()) + "}}");
}

TEST_F(ChatRun, TellsForHowLongDevicesWereLost) {
  std::vector<Overdue> away;
  play(milliseconds{600});
  const Time gone = clock.now();
  wire.connections[1]->listener->on_disconnect(Error{Errc::closed, "fake"});
  play_on(seconds{3});
  away = recorder.send_log().away();

  ASSERT_EQ(away.size(), 1U);
  EXPECT_EQ(away[0].from_ns, recorder.send_log().since_start(gone));
  EXPECT_GE(away[0].to_ns - away[0].from_ns, 500'000'000);
}

TEST_F(ChatRun, NamesADeliveryThatNeverCame) {
  lose_delivery = 2;
  play(seconds{60});
  const checker::CheckerReport report = workload.finish();

  EXPECT_EQ(engine.ending(), Ending::complete);
  EXPECT_GE(report.counts[static_cast<std::size_t>(checker::Anomaly::acked_undelivered)] +
                report.counts[static_cast<std::size_t>(checker::Anomaly::torn_fanout)],
            1U);
}

TEST_F(ChatRun, NamesAnAcknowledgedMessageThatHistoryLacks) {
  lose_stored = 3;
  play(seconds{60});
  const checker::CheckerReport report = workload.finish();

  EXPECT_FALSE(engine.settled());
  EXPECT_GE(report.counts[static_cast<std::size_t>(checker::Anomaly::acked_lost)], 1U);
}

TEST_F(ChatRun, CountsAnomaliesWhileTheRunGoesOn) {
  play(seconds{1});
  ASSERT_FALSE(stored.empty());
  EXPECT_EQ(workload.anomalies(), 0U);

  wire.connections[0]->listener->on_event("[\"newMessage\"," + row(stored[0], 1) + "]", {}, clock.now());

  EXPECT_EQ(workload.anomalies(), 1U);
}

TEST_F(ChatRun, AuthorizesEveryCallAndConnection) {
  play(seconds{2});

  EXPECT_THAT(wire.connections[0]->options.auth, HasSubstr(R"({"token":"signed"})"));
  EXPECT_EQ(wire.connections[0]->options.query, "dialect=messenger");
}

TEST_F(ChatRun, KeepsAnUnknownOutcomeApartFromAFailure) {
  engine.begin(clock.now());
  for (int i = 0; i < 600 && wire.calls.size() < 2; ++i) {
    clock.advance(milliseconds{2});
    engine.turn(clock.now());
  }
  ASSERT_EQ(wire.calls.size(), 2U);
  wire.fail(Errc::timeout, true);
  wire.fail(Errc::refused, false);

  const checker::CheckerReport report = workload.finish();
  EXPECT_EQ(report.unknown, 1U);
  EXPECT_EQ(report.failed, 1U);
}

}  // namespace
}  // namespace plumbline::load
