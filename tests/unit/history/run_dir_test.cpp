#include "plumbline/history/run_dir.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace plumbline::history {
namespace {

namespace fs = std::filesystem;
using testing::Test;

class RunDirTest : public Test {
 protected:
  RunDirTest() {
    std::string name = (fs::temp_directory_path() / "plumbline-run-dir-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~RunDirTest() override {
    std::error_code ignored;
    fs::current_path(fs::temp_directory_path(), ignored);
    fs::remove_all(root_, ignored);
  }

  fs::path root_;
  WallTime at_{std::chrono::seconds{1'800'000'000}};
};

TEST_F(RunDirTest, CreatesTheDirectoryWithItsParents) {
  const auto dir = RunDir::create(root_ / "a" / "b", "smoke", at_);

  ASSERT_TRUE(dir.has_value());
  EXPECT_TRUE(fs::is_directory(root_ / "a" / "b"));
}

TEST_F(RunDirTest, MarksTheDirectoryAtOnce) {
  ASSERT_TRUE(RunDir::create(root_ / "run", "smoke", at_).has_value());

  EXPECT_TRUE(fs::exists(root_ / "run" / RunDir::kMarker));
}

TEST_F(RunDirTest, TakesAnEmptyDirectory) {
  EXPECT_TRUE(RunDir::create(root_, "smoke", at_).has_value());
}

TEST_F(RunDirTest, TakesADirectoryThatARunLeftBeforeItWroteAnything) {
  ASSERT_TRUE(RunDir::create(root_, "smoke", at_).has_value());

  EXPECT_TRUE(RunDir::create(root_, "smoke", at_).has_value());
}

TEST_F(RunDirTest, RefusesADirectoryThatIsNotEmpty) {
  std::ofstream(root_ / "old.txt") << "x";

  const auto dir = RunDir::create(root_, "smoke", at_);

  ASSERT_TRUE(dir.has_error());
  EXPECT_EQ(dir.error().sentence,
            root_.string() + " is not empty; a run gets its own directory: choose a new one for --out");
}

TEST_F(RunDirTest, RefusesAFile) {
  std::ofstream(root_ / "file") << "x";

  EXPECT_TRUE(RunDir::create(root_ / "file", "smoke", at_).has_error());
  EXPECT_TRUE(RunDir::create(root_ / "file" / "below", "smoke", at_).has_error());
}

TEST_F(RunDirTest, NamesARunByScenarioAndTimeAndLinksTheLatest) {
  fs::current_path(root_);

  const auto first = RunDir::create({}, "smoke", at_);
  const auto second = RunDir::create({}, "smoke", at_);

  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(first->path(), fs::path("reports/runs/smoke/2027-01-15T08-00-00Z"));
  EXPECT_EQ(second->path(), fs::path("reports/runs/smoke/2027-01-15T08-00-00Z-2"));
  EXPECT_EQ(fs::read_symlink("reports/runs/smoke/latest"), fs::path("2027-01-15T08-00-00Z-2"));
}

TEST_F(RunDirTest, KeepsAHostileNameBelowTheRunsFolder) {
  fs::current_path(root_);

  const auto dir = RunDir::create({}, "../../etc/x y", at_);

  ASSERT_TRUE(dir.has_value());
  EXPECT_EQ(dir->path(), fs::path("reports/runs/-.-..-etc-x-y/2027-01-15T08-00-00Z"));
}

TEST_F(RunDirTest, WritesWholeFilesAndLeavesNothingElse) {
  const auto dir = RunDir::create(root_, "smoke", at_);
  ASSERT_TRUE(dir.has_value());

  ASSERT_TRUE(dir->write("summary.json", "one").has_value());
  ASSERT_TRUE(dir->write("summary.json", "two").has_value());

  EXPECT_EQ(dir->read("summary.json").value(), "two");
  EXPECT_EQ(std::distance(fs::directory_iterator(root_), fs::directory_iterator()), 2);  // and the marker
}

TEST_F(RunDirTest, SaysSoWhenAFileCannotGrow) {
  const auto dir = RunDir::create(root_, "smoke", at_);
  ASSERT_TRUE(dir.has_value());
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);

  const auto written = dir->write("big.json", std::string(5000, 'x'));

  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_TRUE(written.has_error());
  EXPECT_EQ(written.error().sentence,
            "cannot write " + (root_ / "big.json").string() +
                ": no file may grow that large here; raise `ulimit -f` or choose another --out");
  EXPECT_FALSE(fs::exists(root_ / ".big.json.new"));
}

TEST_F(RunDirTest, SaysTheDiskIsFullWhenItIs) {
  ASSERT_EQ(::access("/dev/full", W_OK), 0) << "this test needs /dev/full";
  fs::create_symlink("/dev/full", root_ / ".summary.json.new");
  const auto dir = RunDir::open(root_);
  ASSERT_TRUE(dir.has_value());

  const auto written = dir->write("summary.json", "x");

  ASSERT_TRUE(written.has_error());
  EXPECT_EQ(written.error().sentence, "cannot write " + (root_ / "summary.json").string() +
                                          ": the disk is full; free some space or choose another --out");
}

TEST_F(RunDirTest, OpenNamesWhatIsMissing) {
  EXPECT_TRUE(RunDir::open(root_ / "nowhere").has_error());
  std::ofstream(root_ / "file") << "x";
  EXPECT_TRUE(RunDir::open(root_ / "file").has_error());
  EXPECT_TRUE(RunDir::open(root_)->read("summary.json").has_error());
}

}  // namespace
}  // namespace plumbline::history
