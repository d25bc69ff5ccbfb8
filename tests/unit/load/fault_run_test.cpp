// The order in which faults strike and are healed, on a manual clock and a control port that does nothing.
#include "faults/fault_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace plumbline::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FakePort final : public ControlPort {
 public:
  explicit FakePort(ManualClock& clock) : clock_(clock) {}
  boost::system::result<Injection, ControlError> inject(const PlannedFault& fault) override {
    if (!refusal.empty()) {
      return ControlError{refusal};
    }
    done.push_back(std::string(to_string(fault.action)) + " " + std::string(to_string(fault.role)));
    return Injection{clock_.now(), "p" + std::to_string(fault.number), 1};
  }
  boost::system::result<void, ControlError> undo(const PlannedFault& /*fault*/, const std::string& process) override {
    done.push_back("undo " + process);
    return {};
  }
  boost::system::result<void, ControlError> heal() override {
    done.emplace_back("heal");
    clock_.advance(healing);
    if (sick) {
      return ControlError{"still down"};
    }
    return {};
  }
  std::vector<ControlEvent> events(Time deadline) override {
    clock_.advance(std::max(Duration{0}, deadline - clock_.now()));
    return std::exchange(pending, {});
  }
  void release() override { done.emplace_back("release"); }

  std::vector<std::string> done;
  std::vector<ControlEvent> pending;
  std::string refusal;
  bool sick{false};
  Duration healing{0};

 private:
  ManualClock& clock_;
};

PlannedFault planned(std::uint32_t number, Duration offset, Duration hold) {
  PlannedFault fault;
  fault.number = number;
  fault.offset = offset;
  fault.hold = hold;
  return fault;
}

class FaultRunTest : public ::testing::Test {
 protected:
  void run_for(FaultRun& run, Duration length) {
    for (const Time until = clock.now() + length; clock.now() < until;) {
      run.step();
    }
  }
  ManualClock clock;
  FakePort port{clock};
};

TEST_F(FaultRunTest, StrikesWhenThePhaseHasBegunAndHealsAfterTheHold) {
  FaultRun run{{planned(1, seconds{2}, seconds{3})}, 1, port, clock};
  run_for(run, seconds{10});
  EXPECT_THAT(port.done, IsEmpty());  // its phase has not begun
  const Time start = clock.now();
  run.phase_started(0, start);
  run_for(run, seconds{10});

  EXPECT_THAT(port.done, ElementsAre("kill app", "undo p1", "heal"));
  ASSERT_TRUE(run.records()[0].injection.has_value());
  EXPECT_EQ(run.records()[0].injection->at, start + seconds{2});
  EXPECT_EQ(run.records()[0].due, start + seconds{2});
  EXPECT_EQ(run.records()[0].undone, start + seconds{5});
  EXPECT_EQ(run.records()[0].healthy, start + seconds{5});
}

TEST_F(FaultRunTest, WaitsWithTheNextUntilTheTargetIsHealthyAgain) {
  port.healing = seconds{8};
  FaultRun run{{planned(1, seconds{1}, seconds{1}), planned(2, seconds{5}, seconds{1})}, 1, port, clock};
  const Time start = clock.now();
  run.phase_started(0, start);
  run_for(run, seconds{20});

  EXPECT_EQ(run.records()[0].healthy, start + seconds{10});
  EXPECT_EQ(run.records()[1].injection->at, start + seconds{10});
  EXPECT_EQ(run.records()[1].due, start + seconds{5});
}

TEST_F(FaultRunTest, KeepsTheDistanceToAFaultThatHadToWait) {
  port.healing = seconds{8};
  FaultRun run{
      {planned(1, seconds{1}, seconds{1}), planned(2, seconds{5}, seconds{1}), planned(3, seconds{17}, seconds{1})},
      1,
      port,
      clock};
  const Time start = clock.now();
  run.phase_started(0, start);
  run_for(run, seconds{40});

  EXPECT_EQ(run.records()[1].injection->at, start + seconds{10});
  EXPECT_EQ(run.records()[2].injection->at, start + seconds{22});
  EXPECT_EQ(run.records()[2].due, start + seconds{17});
}

TEST_F(FaultRunTest, LeavesOutAFaultWhenTheTargetDoesNotGetWell) {
  port.sick = true;
  FaultRun run{{planned(1, seconds{1}, seconds{1}), planned(2, seconds{5}, seconds{1})}, 1, port, clock};
  run.phase_started(0, clock.now());
  run_for(run, seconds{20});

  EXPECT_FALSE(run.records()[0].healthy.has_value());
  EXPECT_FALSE(run.records()[1].injection.has_value());
  EXPECT_EQ(run.records()[1].error, "left out: the target was not healthy again");
}

TEST_F(FaultRunTest, DoesNotHealWhatIsStillMeantToBeBroken) {
  FaultRun run{{planned(1, seconds{1}, seconds{9}), planned(2, seconds{2}, seconds{1})}, 1, port, clock};
  run.phase_started(0, clock.now());
  run_for(run, seconds{5});
  EXPECT_THAT(port.done, ElementsAre("kill app", "kill app", "undo p2"));
  run_for(run, seconds{10});

  EXPECT_THAT(port.done, ElementsAre("kill app", "kill app", "undo p2", "undo p1", "heal"));
}

TEST_F(FaultRunTest, HealsAtTheEndWhatWasNeverToBeHealedBefore) {
  PlannedFault fault = planned(1, seconds{1}, seconds{1});
  fault.never = true;
  FaultRun run{{fault}, 1, port, clock};
  run.phase_started(0, clock.now());
  run_for(run, seconds{20});
  EXPECT_THAT(port.done, ElementsAre("kill app"));
  run.finish();

  EXPECT_THAT(port.done, ElementsAre("kill app", "heal", "release"));
  EXPECT_TRUE(run.records()[0].healthy.has_value());
}

TEST_F(FaultRunTest, TakesARestartForOneThatComesBackByItself) {
  FaultRun run{{planned(1, seconds{1}, seconds{0})}, 1, port, clock};
  run.phase_started(0, clock.now());
  run_for(run, seconds{3});

  EXPECT_THAT(port.done, ElementsAre("kill app", "heal"));
}

TEST_F(FaultRunTest, SaysWhyAFaultCouldNotBeDone) {
  port.refusal = "no process has the role";
  FaultRun run{{planned(1, seconds{1}, seconds{1}), planned(2, seconds{60}, seconds{1})}, 1, port, clock};
  run.phase_started(0, clock.now());
  run_for(run, seconds{3});
  run.finish();

  EXPECT_EQ(run.records()[0].error, "no process has the role");
  EXPECT_EQ(run.records()[1].error, "left out: the load ended first");
}

TEST_F(FaultRunTest, GivesAnEventToTheFaultBeforeIt) {
  FaultRun run{{planned(1, seconds{1}, seconds{1}), planned(2, seconds{5}, seconds{1})}, 1, port, clock};
  const Time start = clock.now();
  run.phase_started(0, start);
  run_for(run, seconds{8});
  port.pending = {{"switched", "redis-2", "redis-master", start + seconds{3}},
                  {"up", "redis-1", "", start + seconds{6}}};
  run_for(run, seconds{1});

  ASSERT_EQ(run.records()[0].events.size(), 1U);
  EXPECT_EQ(run.records()[0].events[0].what, "switched");
  ASSERT_EQ(run.records()[1].events.size(), 1U);
  EXPECT_EQ(run.records()[1].events[0].process, "redis-1");
}

}  // namespace
}  // namespace plumbline::load
