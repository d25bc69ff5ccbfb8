// Numbers of all shards become one Prometheus text.
#include "observe/metrics_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::serve {
namespace {

using testing::HasSubstr;

TEST(MetricsText, SumsShardsAndTakesTheWorstLag) {
  ShardSnapshot a;
  a.counters.accepted = 2;
  a.counters.loop_lag = std::chrono::milliseconds{1};
  a.application = {{"app_total", "Things.", true, 1}};
  ShardSnapshot b = a;
  b.counters.loop_lag = std::chrono::milliseconds{3};

  const std::string text = metrics_text({a, b});

  EXPECT_THAT(text, HasSubstr("# TYPE plumbline_connections_accepted_total counter\n"));
  EXPECT_THAT(text, HasSubstr("plumbline_connections_accepted_total 4\n"));
  EXPECT_THAT(text, HasSubstr("plumbline_loop_lag_seconds 0.003\n"));
  EXPECT_THAT(text, HasSubstr("app_total 2\n"));
}

TEST(MetricsText, KeepsLabelledSeriesOfOneNameTogether) {
  ShardSnapshot a;
  a.application = {{"lag", "Behind.", false, 3, {{"group", "one"}}}, {"other", "Other.", false, 1}};
  ShardSnapshot b;
  b.application = {{"lag", "Behind.", false, 4, {{"group", "one"}}}, {"lag", "Behind.", false, 9, {{"group", "two"}}}};

  const std::string text = metrics_text({a, b});

  EXPECT_THAT(text, HasSubstr("# TYPE lag gauge\nlag{group=\"one\"} 7\nlag{group=\"two\"} 9\n# HELP other"));
}

}  // namespace
}  // namespace plumbline::serve
