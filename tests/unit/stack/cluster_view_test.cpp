// Who the active controller is, by the files of the quorum; whose view of Redis counts.
#include "kafka/cluster_view.h"

#include <gtest/gtest.h>

#include "watch/redis_view.h"

namespace plumbline::stack {
namespace {

std::string state(int leader, int epoch) {
  return R"({"leaderId":)" + std::to_string(leader) + R"(,"leaderEpoch":)" + std::to_string(epoch) +
         R"(,"votedId":-1,"appliedOffset":0,"currentVoters":[],"data_version":0})";
}

TEST(ControllerOf, BelievesTheHighestEpoch) {
  EXPECT_EQ(controller_of({state(1, 4), state(2, 7), state(1, 4)}), 2);
}

TEST(ControllerOf, PrefersAKnownLeaderOfTheSameEpoch) {
  EXPECT_EQ(controller_of({state(-1, 7), state(2, 7), state(-1, 7)}), 2);
}

TEST(ControllerOf, KnowsNobodyDuringAnElection) {
  EXPECT_EQ(controller_of({state(2, 7), state(-1, 8)}), std::nullopt);
}

TEST(ControllerOf, PassesOverFilesThatAreMissingOrTorn) {
  EXPECT_EQ(controller_of({"", R"({"leaderId":1)", "[]", state(3, 1)}), 3);
  EXPECT_EQ(controller_of({"", ""}), std::nullopt);
}

TEST(NewestView, OutvotesASentinelThatSleptThroughASwitch) {
  MasterView old;
  old.address = "127.0.0.1:1";
  old.config_epoch = 3;
  MasterView now;
  now.address = "127.0.0.1:2";
  now.config_epoch = 4;

  const auto view = newest({old, now, old});

  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->address, "127.0.0.1:2");
}

TEST(NewestView, IsNobodysWhenNoSentinelAnswers) {
  EXPECT_FALSE(newest({}).has_value());
}

}  // namespace
}  // namespace plumbline::stack
