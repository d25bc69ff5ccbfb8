// The built-in catalogue keeps its own rules, and a broken one is refused with a place.
#include "catalogue/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "cases/context.h"

namespace plumbline::conform {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

const Catalogue& built_in() {
  static const LoadedCatalogue loaded = load_catalogue(embedded_spec());
  return loaded.catalogue;
}

TEST(BuiltInCatalogue, LoadsWithoutAComplaint) {
  EXPECT_THAT(load_catalogue(embedded_spec()).errors, IsEmpty());
}

TEST(BuiltInCatalogue, HasTheClausesOfTheFirstSlice) {
  EXPECT_GE(built_in().clauses.size(), 55U);
}

TEST(BuiltInCatalogue, GivesEveryMustACase) {
  for (const Clause& clause : built_in().clauses) {
    EXPECT_FALSE(clause.level == Level::must && clause.cases.empty()) << clause.id;
  }
}

TEST(BuiltInCatalogue, SpeaksInRfc2119Words) {
  for (const Clause& clause : built_in().clauses) {
    EXPECT_NE(clause.text.find(to_string(clause.level)), std::string::npos) << clause.id << ": " << clause.text;
  }
}

TEST(BuiltInCatalogue, NamesAFaultOrAReasonForEveryDemandingClause) {
  for (const Clause& clause : built_in().clauses) {
    if (clause.level == Level::must || clause.level == Level::should) {
      EXPECT_NE(clause.mutants.empty(), clause.unproven.empty()) << clause.id << " needs exactly one of the two";
    }
  }
}

TEST(BuiltInCatalogue, AgreesWithTheMutantMatrix) {
  std::map<std::string, std::set<std::string>> from_matrix;
  for (const MutantExpectation& mutant : built_in().mutants) {
    for (const std::string& id : mutant.fails) {
      from_matrix[id].insert(mutant.id);
    }
    for (const std::string& id : mutant.blocks) {
      EXPECT_NE(built_in().find(id), nullptr) << mutant.id << " blocks the unknown " << id;
    }
  }

  std::map<std::string, std::set<std::string>> from_clauses;
  for (const Clause& clause : built_in().clauses) {
    if (!clause.mutants.empty()) {
      from_clauses[clause.id] = {clause.mutants.begin(), clause.mutants.end()};
    }
  }

  EXPECT_EQ(from_matrix, from_clauses);
}

TEST(BuiltInCatalogue, NeverBuildsOnItself) {
  for (const Clause& start : built_in().clauses) {
    std::set<std::string> seen;
    std::vector<std::string> open = start.needs;
    while (!open.empty()) {
      const std::string id = open.back();
      open.pop_back();
      ASSERT_NE(id, start.id) << "a circle of needs";
      const Clause* clause = built_in().find(id);
      if (clause != nullptr && seen.insert(id).second) {
        open.insert(open.end(), clause->needs.begin(), clause->needs.end());
      }
    }
  }
}

TEST(CaseTable, HasNoIdTwice) {
  std::set<std::string_view> ids;
  for (const CaseRecord& record : all_cases()) {
    EXPECT_TRUE(ids.insert(record.id).second) << record.id;
  }
}

TEST(LoadCatalogue, NamesPlaceAndRemedyWhenAKeyIsMisspelt) {
  const auto loaded = load_catalogue({{"x.yaml",
                                       "schema: clause-catalogue/1\nprofile: core\narea: EIO-X\nclauses:\n"
                                       "  - id: EIO-X-01\n    titel: no\n"}});

  EXPECT_THAT(loaded.errors, Contains(HasSubstr("x.yaml:6:5: unknown key 'titel' in clause; did you mean 'title'?")));
}

TEST(LoadCatalogue, ComplainsWhenTheYamlIsBroken) {
  EXPECT_THAT(load_catalogue({{"x.yaml", "clauses: [\n"}}).errors, Contains(HasSubstr("x.yaml:2:1: not valid YAML")));
}

TEST(LoadCatalogue, ComplainsWhenAClauseListsACaseThatNobodyWrote) {
  const auto loaded = load_catalogue({{"x.yaml",
                                       "schema: clause-catalogue/1\nprofile: core\narea: EIO-X\nclauses:\n"
                                       "  - {id: EIO-X-01, title: t, level: MUST, subject: server, text: t MUST t,\n"
                                       "     source: {doc: d, section: s}, requires: [flying], needs: [EIO-X-09],\n"
                                       "     cases: [EIO-X-01.a], mutants: [], status: active, since: '0.1'}\n"}});

  EXPECT_THAT(loaded.errors, Contains("EIO-X-01: no case 'EIO-X-01.a' is implemented"));
  EXPECT_THAT(loaded.errors, Contains("EIO-X-01: requires the unknown capability 'flying'"));
  EXPECT_THAT(loaded.errors, Contains("EIO-X-01: needs 'EIO-X-09', which is no other clause"));
}

}  // namespace
}  // namespace plumbline::conform
