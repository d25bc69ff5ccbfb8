// The Compose stack has the settings of the process stack: what is committed is what the one table makes.
#include "container/compose_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "settings/settings.h"

namespace plumbline::stack {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const fs::path kFolder = fs::path(PLUMBLINE_SOURCE) / "compose";

std::string committed(const std::string& path) {
  std::ifstream in{kFolder / path, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class CommittedFile : public ::testing::TestWithParam<TextFile> {};

TEST_P(CommittedFile, IsWhatTheSettingsMake) {
  EXPECT_EQ(committed(GetParam().path), GetParam().text)
      << "compose/" << GetParam().path << " differs; run: plumbline stack compose --out compose";
}

std::string name_of(const ::testing::TestParamInfo<TextFile>& each) {
  std::string name;
  for (const char letter : each.param.path) {
    name += std::isalnum(static_cast<unsigned char>(letter)) != 0 ? letter : '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, CommittedFile, ::testing::ValuesIn(compose_files()), name_of);

TEST(ComposeFiles, LeaveNoOtherFileInTheFolder) {
  std::set<std::string> made;
  for (const TextFile& file : compose_files()) {
    made.insert(file.path);
  }
  for (const auto& entry : fs::directory_iterator(kFolder / "config")) {
    EXPECT_TRUE(made.contains("config/" + entry.path().filename().string())) << entry.path();
  }
}

TEST(ComposeFiles, HaveAContainerForEachNodeOfTheFullProfile) {
  const std::string text = committed("compose.yaml");

  for (const Part part : {Part::postgres, Part::redis, Part::sentinel, Part::kafka, Part::front}) {
    const auto nodes = container_topology().of(part);
    EXPECT_EQ(nodes.size(), static_cast<std::size_t>(count_of(part, Profile::full, 0)));
    for (const Node& node : nodes) {
      EXPECT_THAT(text, HasSubstr("\n  " + node.name + ":\n"));
    }
  }
}

TEST(ComposeFiles, GiveTheBrokersTheSettingsOfTheTable) {
  for (const auto& [key, value] : kafka_settings(Profile::full)) {
    EXPECT_THAT(committed("config/kafka-2.properties"), HasSubstr("\n" + key + "=" + value + "\n"));
  }
}

}  // namespace
}  // namespace plumbline::stack
