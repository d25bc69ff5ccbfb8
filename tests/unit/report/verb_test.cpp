#include "plumbline/report/verb.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "plumbline/render/render.h"
#include "results.h"

namespace plumbline::report {
namespace {

namespace fs = std::filesystem;

class ReportVerb : public testing::Test {
 protected:
  ReportVerb() {
    std::string name = (fs::temp_directory_path() / "plumbline-report-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~ReportVerb() override {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  fs::path root_;
};

TEST_F(ReportVerb, RendersEveryFormatOfAWrittenRun) {
  const auto dir = history::RunDir::create(root_ / "run", "smoke", WallTime{});
  ASSERT_TRUE(dir.has_value());
  ASSERT_TRUE(render::write_reports(dir.value(), render::passing_run()).has_value());
  fs::remove(root_ / "run" / "report.html");

  EXPECT_EQ(run({"render", (root_ / "run").string()}), 0);

  for (const char* file : {"summary.json", "report.html", "report.md", "junit.xml"}) {
    EXPECT_TRUE(fs::exists(root_ / "run" / file)) << file;
  }
}

TEST_F(ReportVerb, PrintsNothingButTheSummaryWithJson) {
  const auto dir = history::RunDir::create(root_ / "run", "smoke", WallTime{});
  ASSERT_TRUE(dir.has_value());
  ASSERT_TRUE(render::write_reports(dir.value(), render::passing_run()).has_value());

  testing::internal::CaptureStdout();
  EXPECT_EQ(run({(root_ / "run").string(), "--json"}), 0);

  const std::string printed = testing::internal::GetCapturedStdout();
  EXPECT_EQ(printed, history::to_json(render::passing_run()) + "\n");
}

TEST_F(ReportVerb, RefusesASummaryWithoutGates) {
  const auto dir = history::RunDir::create(root_ / "run", "smoke", WallTime{});
  ASSERT_TRUE(dir.has_value());
  std::string json = history::to_json(render::passing_run());
  json.replace(json.find("\"gates\""), 7, "\"gated\"");
  ASSERT_TRUE(dir->write("summary.json", json).has_value());

  testing::internal::CaptureStderr();
  EXPECT_EQ(run({(root_ / "run").string()}), 2);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("'gates' is missing"), std::string::npos);
}

TEST_F(ReportVerb, ARunWithoutASummaryIsIncomplete) {
  ASSERT_TRUE(history::RunDir::create(root_ / "run", "smoke", WallTime{}).has_value());

  EXPECT_EQ(run({(root_ / "run").string()}), 4);
}

TEST_F(ReportVerb, OtherPlacesAndWordsAreUsageErrors) {
  EXPECT_EQ(run({}), 2);
  EXPECT_EQ(run({root_.string()}), 2);
  EXPECT_EQ(run({(root_ / "nowhere").string()}), 2);
  EXPECT_EQ(run({root_.string(), "--format", "pdf"}), 2);
  EXPECT_EQ(run({root_.string(), "--format", ""}), 2);
}

TEST_F(ReportVerb, HelpIsNoError) {
  EXPECT_EQ(run({"--help"}), 0);
}

}  // namespace
}  // namespace plumbline::report
