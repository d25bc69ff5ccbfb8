// What a target's process uses, and that cases learn of it through the medium only.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "target/process_tree.h"
#include "wire/live_medium.h"
#include "wire/stored_medium.h"

namespace plumbline::conform {
namespace {

using testing::HasSubstr;

TEST(ProcessUse, SurvivesBeingWrittenAndRead) {
  const ProcessUse use{123'456, 7, std::chrono::milliseconds{9}};

  EXPECT_EQ(process_use_from(to_text(use)), use);
}

TEST(ProcessUse, IsNothingWhenTheTextIsAnother) {
  for (const std::string_view text :
       {"", "unknown", "resident", "resident -1 descriptors 2 cpu 3", "resident 1 descriptors 2 cpu 3 more",
        "resident 1 descriptors 2", "resident 99999999999999999999 descriptors 2 cpu 3"}) {
    EXPECT_EQ(process_use_from(text), std::nullopt) << text;
  }
}

TEST(ProcessTree, SeesThisProcess) {
  const auto use = use_of_tree(::getpid());

  ASSERT_TRUE(use.has_value());
  EXPECT_GT(use->resident, 1'000'000U);
  EXPECT_GE(use->descriptors, 3U);
}

TEST(ProcessTree, SeesNothingOfAProcessThatIsNotThere) {
  EXPECT_EQ(use_of_tree(0x7fffffff), std::nullopt);
  EXPECT_EQ(pid_in_file("/nowhere/pid"), std::nullopt);
}

// Can be stopped, but does not come back; what joins its nodes does.
ProcessOfTarget::Means of_this_process() {
  ProcessOfTarget::Means means;
  means.pid = [] {
    return std::optional(::getpid());
  };
  means.stop = [] {
    return true;
  };
  means.start = [] {
    return false;
  };
  means.stop_backplane = means.start_backplane = [] {
    return true;
  };
  return means;
}

TEST(ProcessOfAMedium, IsTheSameWhenTheRunIsPlayedAgain) {
  const SteadyClock clock;
  Take take;
  ProcessOfTarget process(of_this_process());
  LiveMedium live(clock, &take.entries);
  live.know_process(&process);
  const auto seen = live.process();
  EXPECT_TRUE(live.stop_target());
  EXPECT_FALSE(live.start_target());
  EXPECT_TRUE(live.stop_backplane());
  EXPECT_TRUE(live.left_backplane_stopped());
  EXPECT_TRUE(live.start_backplane());
  EXPECT_FALSE(live.left_backplane_stopped());

  StoredMedium stored(take);
  EXPECT_EQ(stored.process(), seen);
  EXPECT_TRUE(stored.stop_target());
  EXPECT_FALSE(stored.start_target());
  EXPECT_TRUE(stored.stop_backplane());
  EXPECT_TRUE(stored.start_backplane());
  EXPECT_EQ(stored.departure_at_end(), "");
}

TEST(ProcessOfAMedium, IsADepartureWhereTheCaseDidNotLookThen) {
  const Take nothing;
  StoredMedium stored(nothing);

  EXPECT_EQ(stored.process(), std::nullopt);
  EXPECT_THAT(stored.departure_at_end(), HasSubstr("looked at the process"));
}

TEST(ProcessOfAMedium, IsUnknownWhenNobodyHasIt) {
  const SteadyClock clock;
  LiveMedium live(clock, nullptr);

  EXPECT_EQ(live.process(), std::nullopt);
  EXPECT_FALSE(live.stop_target());
  EXPECT_FALSE(live.stop_backplane());
}

}  // namespace
}  // namespace plumbline::conform
