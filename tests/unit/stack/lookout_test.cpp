// Which changes of the cluster are told, and when.
#include "supervisor/lookout.h"

#include <gtest/gtest.h>

#include "unit/stack/clusters.h"

namespace plumbline::stack {
namespace {

const Topology kFull = cluster(Profile::full);
constexpr const char* kFirst = "127.0.0.1:7002";
constexpr const char* kSecond = "127.0.0.1:7003";

std::string told(Lookout& lookout, const Sight& sight) {
  std::string text;
  for (const Lookout::Event& event : lookout.compare(sight)) {
    text += std::string(event.name) + " " + event.process + " " + std::string(event.role) + ";";
  }
  return text;
}

Sight led_by(const std::map<int, int>& leaders) {
  return {kFirst, 1, leaders};
}

TEST(Lookout, TellsNothingWhileNothingChanges) {
  Lookout lookout{kFull};

  EXPECT_EQ(told(lookout, led_by({{0, 1}})), "");
  EXPECT_EQ(told(lookout, led_by({{0, 1}})), "");
}

TEST(Lookout, TellsWhoIsTheNewMaster) {
  Lookout lookout{kFull};

  EXPECT_EQ(told(lookout, {kSecond, 1, {}}), "switched redis-2 redis-master;");
  EXPECT_EQ(told(lookout, {kSecond, 1, {}}), "");
}

TEST(Lookout, KeepsTheMasterWhileNoSentinelAnswers) {
  Lookout lookout{kFull};

  EXPECT_EQ(told(lookout, {"", 1, {}}), "");
  EXPECT_EQ(lookout.redis_master(), kFirst);
}

TEST(Lookout, TellsANewControllerButNotTheFirst) {
  Lookout lookout{kFull};

  EXPECT_EQ(told(lookout, {kFirst, 2, {}}), "");
  EXPECT_EQ(told(lookout, {kFirst, std::nullopt, {}}), "");
  EXPECT_EQ(told(lookout, {kFirst, 3, {}}), "elected kafka-3 kafka-controller;");
}

TEST(Lookout, TellsWhenAllPartitionsAreLedAgain) {
  Lookout lookout{kFull};
  told(lookout, led_by({{0, 1}, {1, 2}, {2, 3}}));
  lookout.broker_hurt(2);

  EXPECT_EQ(told(lookout, led_by({{0, 1}, {1, 2}, {2, 3}})), "");
  EXPECT_EQ(told(lookout, led_by({{0, 1}, {1, -1}, {2, 3}})), "");
  EXPECT_EQ(told(lookout, led_by({{0, 1}, {1, 3}, {2, 3}})), "elected kafka-3 kafka-leader;");
  EXPECT_EQ(told(lookout, led_by({{0, 1}, {1, 3}, {2, 3}})), "");
}

TEST(Lookout, AsksForLeadersOnlyWhenItNeedsThem) {
  Lookout lookout{kFull};
  EXPECT_TRUE(lookout.wants_leaders());
  told(lookout, led_by({{0, 1}}));
  EXPECT_FALSE(lookout.wants_leaders());

  lookout.broker_hurt(3);  // leads nothing
  EXPECT_FALSE(lookout.wants_leaders());
  lookout.broker_hurt(1);
  EXPECT_TRUE(lookout.wants_leaders());
}

}  // namespace
}  // namespace plumbline::stack
