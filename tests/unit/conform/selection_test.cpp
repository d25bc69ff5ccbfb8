// Which clauses a word on the command line means.
#include "selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace plumbline::conform {
namespace {

const Catalogue& shipped() {
  static const LoadedCatalogue loaded = load_catalogue(embedded_spec());
  return loaded.catalogue;
}

Selection chosen(const std::vector<std::string>& ids) {
  auto selection = select(shipped(), ids);
  return selection ? std::move(*selection) : Selection{};
}

TEST(Select, MeansEverythingWithoutAWord) {
  EXPECT_EQ(chosen({}).asked.size(), shipped().clauses.size());
  EXPECT_EQ(chosen({}).cases.size(), all_cases().size());
}

TEST(Select, MeansAllClausesOfAnArea) {
  EXPECT_THAT(chosen({"EIO-UP"}).asked,
              testing::AllOf(testing::SizeIs(18), testing::Each(testing::StartsWith("EIO-UP-"))));
}

TEST(Select, AddsTheCasesOfWhatAClauseNeeds) {
  const auto selection = chosen({"EIO-PK-02"});
  std::vector<std::string> cases;
  for (const CaseRecord* record : selection.cases) {
    cases.emplace_back(record->id);
  }
  EXPECT_THAT(selection.asked, testing::ElementsAre("EIO-PK-02"));
  EXPECT_THAT(cases, testing::ElementsAre("EIO-HS-01.a", "EIO-PK-01.a", "EIO-PK-02.a"));
}

TEST(Select, TakesTheIdOfACaseForItsClause) {
  EXPECT_THAT(chosen({"EIO-PK-13.b"}).asked, testing::ElementsAre("EIO-PK-13"));
}

TEST(Select, SuggestsTheNearestWhenThereIsNoSuchClause) {
  const auto selection = select(shipped(), {"EIO-PK-99"});
  ASSERT_FALSE(selection);
  EXPECT_THAT(selection.error(), testing::HasSubstr("did you mean 'EIO-PK-"));
}

TEST(Explain, ShowsTheTextAndWhatItIsWorth) {
  const std::string text = explain_text(shipped(), {"EIO-CL-03"});
  EXPECT_THAT(text, testing::HasSubstr("SHOULD close it at once"));
  EXPECT_THAT(text, testing::HasSubstr("NON_STRICT"));
}

TEST(ExplainJson, IsOneObjectForOneClause) {
  const auto clause = boost::json::parse(explain_json(shipped(), {"EIO-UP-04"})).as_object();
  EXPECT_EQ(clause.at("id"), "EIO-UP-04");
  EXPECT_FALSE(clause.at("text").as_string().empty());
  EXPECT_EQ(clause.at("cases").as_array().at(0), "EIO-UP-04.a");
  EXPECT_FALSE(clause.at("mutants").as_array().empty());
}

TEST(ExplainJson, IsAnArrayForAnArea) {
  const auto area = boost::json::parse(explain_json(shipped(), chosen({"EIO-UP"}).asked)).as_array();
  EXPECT_EQ(area.size(), 18U);
}

TEST(ListJson, HasAnObjectForEveryClause) {
  const auto list = boost::json::parse(list_json(shipped(), chosen({}).asked)).as_array();
  ASSERT_EQ(list.size(), shipped().clauses.size());
  EXPECT_EQ(list.at(0).at("id").as_string(), shipped().clauses.at(0).id);
  EXPECT_EQ(list.at(0).at("level"), "MUST");
  EXPECT_EQ(list.at(0).at("title").as_string(), shipped().clauses.at(0).title);
}

}  // namespace
}  // namespace plumbline::conform
