// Stored evidence of good and bad servers: the judge still says of it what it said when it was recorded.
// conformance/evidence/harvest.py makes the files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "evidence/json_fields.h"
#include "judge/fold.h"
#include "output/run_files.h"
#include "runner/replay.h"
#include "target/target_json.h"

namespace plumbline::conform {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

const Catalogue& spec() {
  static const LoadedCatalogue loaded = load_catalogue(embedded_spec());
  return loaded.catalogue;
}

std::vector<std::filesystem::path> golden_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(PLUMBLINE_GOLDEN_FOLDER)) {
    if (entry.path().extension() == ".jsonl") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

struct Golden {
  Target target;
  json::object verdict;
  std::string evidence;
};

Golden read_golden(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  const std::string text = content.str();
  const std::size_t end = text.find('\n');
  const json::object head = json::parse(text.substr(0, end)).as_object();
  Golden golden;
  golden.target = target_from_json(head.at("target")).value_or(Target{});
  golden.verdict = head.at("verdict").as_object();
  golden.evidence = text.substr(end + 1);
  return golden;
}

struct Again {
  std::string departure;
  std::string verdict;
};

Again judge_again(const Golden& golden, const std::string& evidence) {
  const ReadEvidence read = read_evidence(evidence);
  EXPECT_EQ(read.error, "");
  const Replayed replayed = replay(spec(), golden.target, text_in(golden.verdict, "case").value_or(""), read.parts);
  const auto verdicts = fold(spec(), {replayed.run});
  EXPECT_EQ(verdicts.size(), 1U);
  return {replayed.departure, verdicts.empty() ? "" : json::serialize(verdict_fields(verdicts.front()))};
}

std::string name_of(const testing::TestParamInfo<std::filesystem::path>& info) {
  std::string name = info.param.parent_path().filename().string() + "_" + info.param.stem().string();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

class GoldenEvidence : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(GoldenEvidence, IsJudgedAsItWasThen) {
  const Golden golden = read_golden(GetParam());
  const Again again = judge_again(golden, golden.evidence);
  EXPECT_EQ(again.departure, "") << "the case does something else now: make the evidence again with harvest.py";
  EXPECT_EQ(again.verdict, json::serialize(golden.verdict));
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenEvidence, testing::ValuesIn(golden_files()), name_of);

TEST(GoldenFolder, HoldsAtLeastAHundredTakesOfGoodAndBadServers) {
  std::size_t failures = 0;
  for (const auto& path : golden_files()) {
    failures += text_in(read_golden(path).verdict, "verdict") == "FAIL" ? 1U : 0U;
  }
  EXPECT_GE(golden_files().size(), 100U);
  EXPECT_GE(failures, 25U);
}

TEST(GoldenVerdict, FollowsTheEvidenceWhenThatChanges) {
  const Golden golden = read_golden(std::string(PLUMBLINE_GOLDEN_FOLDER) + "/own/EIO-HS-06.a.jsonl");
  std::string evidence = golden.evidence;
  const std::size_t refusal = evidence.find(R"("HTTP/1.1 400)");
  ASSERT_NE(refusal, std::string::npos);
  evidence.replace(refusal, 13, R"("HTTP/1.1 200)");
  const Again again = judge_again(golden, evidence);
  EXPECT_NE(again.verdict, json::serialize(golden.verdict));
  EXPECT_THAT(again.verdict, testing::Not(HasSubstr(R"("verdict":"PASS")")));
}

}  // namespace
}  // namespace plumbline::conform
