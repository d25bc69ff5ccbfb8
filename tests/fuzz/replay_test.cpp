// Every committed seed and every input that once broke something, run through its target without libFuzzer.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "fuzz/target.h"

namespace plumbline::fuzz {
namespace {

std::vector<std::filesystem::path> files_of(const std::string& kind, const char* target) {
  std::vector<std::filesystem::path> files;
  const auto folder = std::filesystem::path(PLUMBLINE_FUZZ_FOLDER) / kind / target;
  if (std::filesystem::exists(folder)) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      files.push_back(entry.path());
    }
  }
  return files;
}

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class FuzzReplay : public ::testing::TestWithParam<Target> {};

TEST_P(FuzzReplay, SurvivesSeedsAndRegressions) {
  const auto seeds = files_of("seeds", GetParam().name);
  ASSERT_FALSE(seeds.empty());
  for (const auto& path : seeds) {
    SCOPED_TRACE(path);
    const std::string input = content(path);
    GetParam().run(input);
    for (std::size_t length = 0; length < input.size() && length < 300; ++length) {
      GetParam().run(std::string_view(input).substr(0, length));  // and cut anywhere
    }
  }
  for (const auto& path : files_of("regressions", GetParam().name)) {
    SCOPED_TRACE(path);
    GetParam().run(content(path));
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, FuzzReplay, ::testing::ValuesIn(targets()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace plumbline::fuzz
