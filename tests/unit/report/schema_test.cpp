// The published schema and what is really written agree.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "results.h"

namespace plumbline::render {
namespace {

namespace fs = std::filesystem;

// Exit code of python3-jsonschema over both files; its words in `said`.
int validate(const std::string& json, std::string& said) {
  std::string folder = (fs::temp_directory_path() / "plumbline-schema-XXXXXX").string();
  const fs::path root = ::mkdtemp(folder.data());
  std::ofstream(root / "summary.json") << json;
  const std::string command =
      "python3 -c 'import json,sys,jsonschema\n"
      "schema=json.load(open(sys.argv[1]))\n"
      "jsonschema.Draft7Validator.check_schema(schema)\n"
      "jsonschema.validate(json.load(open(sys.argv[2])), schema)' '" PLUMBLINE_SOURCE
      "/reports/schema/summary.schema.json' '" +
      (root / "summary.json").string() + "' 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  char block[4096];
  while (const std::size_t got = std::fread(block, 1, sizeof block, pipe)) {
    said.append(block, got);
  }
  const int status = ::pclose(pipe);
  std::error_code ignored;
  fs::remove_all(root, ignored);
  return status;
}

bool has_validator() {
  return std::system("python3 -c 'import jsonschema' 2>/dev/null") == 0;
}

TEST(Schema, DescribesEveryKindOfRun) {
  ASSERT_TRUE(has_validator()) << "python3-jsonschema is missing; ./check installs it";
  for (const auto& run :
       {passing_run(), failing_run(), faulted_run(), invalid_run(), conform_run(), history::RunResult{}}) {
    std::string said;
    EXPECT_EQ(validate(history::to_json(run), said), 0) << run.name << ": " << said.substr(0, 2000);
  }
}

TEST(Schema, RefusesASummaryWithoutAVerdict) {
  ASSERT_TRUE(has_validator()) << "python3-jsonschema is missing; ./check installs it";
  std::string json = history::to_json(passing_run());
  json.replace(json.find("\"outcome\""), 9, "\"outcame\"");
  std::string said;

  EXPECT_NE(validate(json, said), 0);
}

}  // namespace
}  // namespace plumbline::render
