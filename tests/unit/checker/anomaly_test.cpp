#include "plumbline/checker/anomaly.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace plumbline::checker {
namespace {

TEST(AnomalyKinds, HaveUniqueHyphenatedNamesAndASentence) {
  std::set<std::string_view> names;
  for (const AnomalyKind& kind : anomaly_kinds()) {
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
    EXPECT_EQ(kind.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos) << kind.name;
    EXPECT_FALSE(kind.sentence.empty());
    EXPECT_EQ(&kind_of(kind.anomaly), &kind);
  }
}

TEST(AnomalyKinds, OnlyInformationHasTheLowestSeverity) {
  EXPECT_EQ(kind_of(Anomaly::acked_lost).severity, Severity::s0);
  EXPECT_EQ(kind_of(Anomaly::indeterminate_committed).severity, Severity::s3);
  EXPECT_EQ(kind_of(Anomaly::sequence_gap).severity, Severity::s3);
}

}  // namespace
}  // namespace plumbline::checker
