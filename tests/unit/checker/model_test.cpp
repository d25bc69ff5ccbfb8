// Random valid histories pass without a finding; every mutation of one is found under its own name.
#include <gtest/gtest.h>

#include <set>

#include "mutations.h"

namespace plumbline::checker {
namespace {

constexpr std::uint64_t kHistories = 3000;

std::string findings(const CheckerReport& report) {
  std::string text = report.overflow_reason;
  for (const AnomalyKind& kind : anomaly_kinds()) {
    if (report.counts[static_cast<std::size_t>(kind.anomaly)] > 0 && kind.severity != Severity::s3) {
      text += std::string(kind.name) + " ";
    }
  }
  for (const Example& example : report.examples) {
    text += "\n  " + std::string(kind_of(example.anomaly).name) + ": " + example.text;
  }
  return text;
}

bool is_clean(const CheckerReport& report) {
  for (const AnomalyKind& kind : anomaly_kinds()) {
    // A server may repeat to a device that came back: the client drops it.
    const bool legal = kind.severity == Severity::s3 || kind.anomaly == Anomaly::resume_overlap;
    if (!legal && report.counts[static_cast<std::size_t>(kind.anomaly)] > 0) {
      return false;
    }
  }
  return !report.overflowed;
}

TEST(Model, ValidHistoriesHaveNoFindings) {
  std::uint64_t sent = 0;
  std::uint64_t unknown = 0;
  std::uint64_t excused = 0;
  for (std::uint64_t seed = 1; seed <= kHistories; ++seed) {
    const CheckerReport report = judge(valid_history(seed));
    ASSERT_TRUE(is_clean(report)) << "seed " << seed << ": " << findings(report);
    ASSERT_EQ(report.sent, report.acked + report.failed + report.unknown) << seed;
    sent += report.sent;
    unknown += report.unknown;
    excused += report.excused_deliveries;
  }
  // The histories are worth something only if they reach the odd corners.
  EXPECT_GT(sent, kHistories * 5);
  EXPECT_GT(unknown, kHistories / 10);
  EXPECT_GT(excused, kHistories / 20);
}

class ModelMutation : public testing::TestWithParam<Mutation> {};

TEST_P(ModelMutation, IsFoundUnderItsName) {
  const Mutation& mutation = GetParam();
  std::uint64_t applied = 0;
  for (std::uint64_t seed = 1; seed <= kHistories / 5; ++seed) {
    History history = valid_history(seed);
    const std::uint64_t before = judge(history).counts[static_cast<std::size_t>(mutation.anomaly)];
    Rng rng{seed};
    if (!mutation.apply(history, rng)) {
      continue;
    }
    ++applied;
    const CheckerReport report = judge(history);
    ASSERT_GT(report.counts[static_cast<std::size_t>(mutation.anomaly)], before) << "seed " << seed << findings(report);
  }
  EXPECT_GT(applied, 40U);
}

INSTANTIATE_TEST_SUITE_P(Operators, ModelMutation, testing::ValuesIn(mutations()),
                         [](const testing::TestParamInfo<Mutation>& param) { return param.param.name; });

TEST(Mutations, CoverEveryAnomaly) {
  std::set<Anomaly> covered;
  for (const Mutation& mutation : mutations()) {
    covered.insert(mutation.anomaly);
  }
  EXPECT_EQ(covered.size(), kAnomalyCount);
}

}  // namespace
}  // namespace plumbline::checker
