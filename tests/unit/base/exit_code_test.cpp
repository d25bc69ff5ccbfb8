#include "plumbline/base/exit_code.h"

#include <gtest/gtest.h>

namespace plumbline {
namespace {

TEST(Graver, FollowsTheDocumentedOrder) {
  EXPECT_EQ(graver(ExitCode::gates_failed, ExitCode::no_judgement), ExitCode::no_judgement);
  EXPECT_EQ(graver(ExitCode::anomalies, ExitCode::target_lost), ExitCode::anomalies);
  EXPECT_EQ(graver(ExitCode::setup_failed, ExitCode::anomalies), ExitCode::setup_failed);
  EXPECT_EQ(graver(ExitCode::usage, ExitCode::setup_failed), ExitCode::usage);
  EXPECT_EQ(graver(ExitCode::interrupted, ExitCode::usage), ExitCode::interrupted);
  EXPECT_EQ(graver(ExitCode::ok, ExitCode::ok), ExitCode::ok);
}

}  // namespace
}  // namespace plumbline
