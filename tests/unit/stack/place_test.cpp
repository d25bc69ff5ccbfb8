// Directories and ports that belong to one stack at a time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "place/ports.h"
#include "place/programs.h"
#include "place/stack_dir.h"

namespace plumbline::stack {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Place : public ::testing::Test {
 protected:
  Place() {
    std::string name = (fs::temp_directory_path() / "plumbline-place-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    fs::permissions(root_, fs::perms::others_exec | fs::perms::group_exec, fs::perm_options::add);
  }
  ~Place() override { fs::remove_all(root_); }
  [[nodiscard]] std::string dir(const char* name = "stack") const { return (root_ / name).string(); }
  static std::string refusal(const std::string& path) {
    const auto claimed = StackDir::claim(path);
    return claimed ? "claimed" : claimed.error().sentence;
  }
  fs::path root_;
};

TEST_F(Place, IsMadeWhereItIsMissing) {
  const auto claimed = StackDir::claim(dir());

  ASSERT_TRUE(claimed.has_value());
  EXPECT_TRUE(fs::is_directory(dir()));
  EXPECT_EQ(claimed->home(), claimed->path());
}

TEST_F(Place, BelongsToOneStackAtATime) {
  const auto first = StackDir::claim(dir());

  EXPECT_THAT(refusal(dir()), HasSubstr("is in use by another stack; stop it with `plumbline stack down --dir "));
}

TEST_F(Place, IsEmptiedOfAStackThatEnded) {
  {
    const auto first = StackDir::claim(dir());
    std::ofstream{dir() + "/old.log"} << "x";
  }

  const auto second = StackDir::claim(dir());

  EXPECT_TRUE(second.has_value());
  EXPECT_FALSE(fs::exists(dir() + "/old.log"));
}

TEST_F(Place, IsLeftAloneWithOtherFiles) {
  fs::create_directories(dir());
  std::ofstream{dir() + "/thesis.txt"} << "x";

  EXPECT_THAT(refusal(dir()), HasSubstr("is not empty and holds no stack"));
  EXPECT_TRUE(fs::exists(dir() + "/thesis.txt"));
}

TEST_F(Place, HasAShortNameForItsSocketWhateverItsPath) {
  const std::string deep = dir(std::string(100, 'x').c_str());
  const auto claimed = StackDir::claim(deep);
  ASSERT_TRUE(claimed.has_value());

  const std::string socket = control_socket_of(deep);

  EXPECT_LT(socket.size(), 100U);
  std::ofstream{deep + "/control.sock"} << "here";
  EXPECT_TRUE(fs::exists(socket));
  EXPECT_EQ(control_socket_of(dir()), dir() + "/control.sock");
}

TEST_F(Place, CannotBeAFile) {
  std::ofstream{dir()} << "x";

  EXPECT_THAT(refusal(dir()), HasSubstr("give another --dir"));
}

TEST_F(Place, HasItsHomeElsewhereWhenOnlyRootCanReachIt) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "SKIP_ only root drops to another user";
  }
  fs::create_directories(dir("closed"));
  fs::permissions(dir("closed"), fs::perms::owner_all);

  const auto claimed = StackDir::claim(dir("closed/stack"));

  ASSERT_TRUE(claimed.has_value());
  EXPECT_NE(claimed->home(), claimed->path());
  EXPECT_TRUE(can_reach(claimed->home(), *unprivileged_user()));
  fs::remove_all(claimed->home());
}

TEST_F(Place, SaysWhenTheDiskIsFull) {
  const auto written = StackDir::write("/dev/full", "text", std::nullopt);

  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().sentence,
            "cannot write /dev/full: No space left on device; free some space or give another --dir");
  EXPECT_EQ(written.error().code, ExitCode::setup_failed);
}

TEST(PortBlock, IsNobodyElsesWhileItLives) {
  const auto one = PortBlock::reserve(5);
  const auto other = PortBlock::reserve(5);

  ASSERT_TRUE(one.has_value());
  ASSERT_TRUE(other.has_value());
  EXPECT_NE(one->ports().front(), other->ports().front());
  EXPECT_EQ(one->ports().size(), PortBlock::kSize);
}

TEST(Programs, AreFoundInTheGivenFoldersFirst) {
  EXPECT_EQ(find_program("sh", {"/bin"}), "/bin/sh");
  EXPECT_EQ(find_program("no-such-program-here", {"/bin"}), "");
}

}  // namespace
}  // namespace plumbline::stack
