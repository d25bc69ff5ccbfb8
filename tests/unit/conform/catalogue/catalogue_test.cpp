// The built-in catalogue keeps its own rules, and a broken one is refused with a place.
#include "catalogue/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "cases/context.h"
#include "catalogue/spec_pages.h"

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

TEST(BuiltInCatalogue, HoldsTheBehavioursOfBothProtocols) {
  std::map<std::string, int> layers;
  for (const Clause& clause : built_in().clauses) {
    ++layers[clause.id.substr(0, 3)];
  }
  EXPECT_EQ(layers, (std::map<std::string, int>{{"EIO", 126}, {"SIO", 101}, {"CLU", 4}, {"CLI", 12}}));
}

TEST(BuiltInCatalogue, KeepsEveryIdThatWasEverIssued) {
  std::set<std::string> issued;
  std::ifstream file(PLUMBLINE_SOURCE "/conformance/spec/ids.txt");
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] != '#') {
      EXPECT_TRUE(issued.insert(line).second) << line << " twice";
    }
  }
  std::set<std::string> there;
  for (const Clause& clause : built_in().clauses) {
    there.insert(clause.id);
  }
  EXPECT_EQ(there, issued) << "an id is never removed; a new one is added to conformance/spec/ids.txt";
}

TEST(BuiltInCatalogue, GivesEveryActiveDemandACase) {
  for (const Clause& clause : built_in().clauses) {
    const bool demanding = clause.level == Level::must || clause.level == Level::should;
    EXPECT_FALSE(demanding && clause.cases.empty() && clause.status != "draft" && clause.untestable.empty())
        << clause.id;
    EXPECT_FALSE(clause.demands.empty()) << clause.id << " says what sort of case it takes";
  }
}

TEST(BuiltInCatalogue, LettersItsCasesWithoutAGap) {
  for (const Clause& clause : built_in().clauses) {
    for (std::size_t i = 0; i < clause.cases.size(); ++i) {
      EXPECT_EQ(clause.cases[i], clause.id + "." + static_cast<char>('a' + static_cast<int>(i)));
    }
  }
}

TEST(BuiltInCatalogue, SpeaksInRfc2119Words) {
  for (const Clause& clause : built_in().clauses) {
    if (clause.level != Level::ref && clause.level != Level::info) {
      EXPECT_NE(clause.text.find(to_string(clause.level)), std::string::npos) << clause.id << ": " << clause.text;
    }
  }
}

TEST(BuiltInCatalogue, NamesAFaultOrAReasonForEveryActiveDemand) {
  for (const Clause& clause : built_in().clauses) {
    if (clause.active() && (clause.level == Level::must || clause.level == Level::should)) {
      EXPECT_NE(clause.mutants.empty(), clause.unproven.empty()) << clause.id << " needs exactly one of the two";
    }
  }
}

TEST(BuiltInCatalogue, NamesAClauseForEachOfTheKnownFaults) {
  std::set<std::string> named;
  for (const Clause& clause : built_in().clauses) {
    named.insert(clause.faults.begin(), clause.faults.end());
  }
  EXPECT_GE(named.size(), 63U);
}

TEST(BuiltInCatalogue, HasEachFaultFoundByTheClauseThatItIsThereFor) {
  for (const MutantExpectation& mutant : built_in().mutants) {
    const Clause* row = built_in().find(mutant.row);
    ASSERT_NE(row, nullptr) << mutant.id << " is there for the unknown " << mutant.row;
    EXPECT_TRUE(!row->active() || mutant.found_by(mutant.row)) << mutant.id << " is not found by " << mutant.row;
  }
}

TEST(BuiltInCatalogue, HasEachFaultThatClausesNameInTheMatrix) {
  std::set<std::string> there;
  for (const MutantExpectation& mutant : built_in().mutants) {
    EXPECT_TRUE(there.insert(mutant.id).second) << mutant.id << " has two rows";
  }
  for (const Clause& clause : built_in().clauses) {
    for (const std::string& fault : clause.faults) {
      EXPECT_EQ(there.count(fault), 1U) << clause.id << " names the unknown fault " << fault;
    }
  }
}

TEST(SpecPages, AreThoseOfTheRepository) {
  for (const SpecPage& page : spec_pages(built_in())) {
    std::stringstream committed;
    committed << std::ifstream(PLUMBLINE_SOURCE "/docs/spec/" + page.name, std::ios::binary).rdbuf();
    EXPECT_TRUE(committed.str() == page.text)
        << page.name << " is not what the catalogue says; run plumbline conform spec --out "
        << "docs/spec";
  }
}

TEST(SpecPages, AreAllThatTheFolderHolds) {
  std::set<std::string> expected;
  for (const SpecPage& page : spec_pages(built_in())) {
    expected.insert(page.name);
  }
  std::set<std::string> there;
  for (const auto& entry : std::filesystem::directory_iterator(PLUMBLINE_SOURCE "/docs/spec")) {
    there.insert(entry.path().filename().string());
  }
  EXPECT_EQ(there, expected);
}

TEST(BuiltInCatalogue, KnowsEveryClauseOfTheMutantMatrix) {
  for (const MutantExpectation& mutant : built_in().mutants) {
    for (const auto* named : {&mutant.fails, &mutant.warns, &mutant.blocks, &mutant.weakens, &mutant.tells}) {
      for (const std::string& id : *named) {
        EXPECT_NE(built_in().find(id), nullptr) << mutant.id << " names the unknown " << id;
      }
    }
  }
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
                                       "schema: clause-catalogue/1\nprofile: core\narea: EIO-X\ntitle: X\nclauses:\n"
                                       "  - id: EIO-X-01\n    titel: no\n"}});

  EXPECT_THAT(loaded.errors, Contains(HasSubstr("x.yaml:7:5: unknown key 'titel' in clause; did you mean 'title'?")));
}

TEST(LoadCatalogue, ComplainsWhenTheYamlIsBroken) {
  EXPECT_THAT(load_catalogue({{"x.yaml", "clauses: [\n"}}).errors, Contains(HasSubstr("x.yaml:2:1: not valid YAML")));
}

TEST(LoadCatalogue, ComplainsWhenAClauseListsACaseThatNobodyWrote) {
  const auto loaded = load_catalogue({{"x.yaml",
                                       "schema: clause-catalogue/1\nprofile: core\narea: EIO-X\ntitle: X\nclauses:\n"
                                       "  - {id: EIO-X-01, title: t, level: MUST, subject: server, text: t MUST t,\n"
                                       "     source: {doc: d, section: s}, requires: [flying], needs: [EIO-X-09],\n"
                                       "     cases: [EIO-X-01.a], status: active, since: '0.1'}\n"}});

  EXPECT_THAT(loaded.errors, Contains("EIO-X-01: no case 'EIO-X-01.a' is implemented"));
  EXPECT_THAT(loaded.errors, Contains("EIO-X-01: requires the unknown capability 'flying'"));
  EXPECT_THAT(loaded.errors, Contains("EIO-X-01: needs 'EIO-X-09', which is no other clause"));
}

// One clause with the given keys behind those that every clause has.
std::vector<std::string> complaints_about(const std::string& keys) {
  const std::string file =
      "schema: clause-catalogue/1\nprofile: core\narea: EIO-X\ntitle: X\nclauses:\n"
      "  - {id: EIO-X-01, title: t, level: MUST, subject: server, text: t MUST t,\n"
      "     source: {doc: d, section: s}, since: '0.1', " +
      keys + "}\n";
  return load_catalogue({{"x.yaml", file}}).errors;
}

TEST(LoadCatalogue, ComplainsWhenAnActiveClauseHasNoCase) {
  EXPECT_THAT(complaints_about("status: active, demands: [negative]"),
              testing::IsSupersetOf({"EIO-X-01: is active and has 0 cases",
                                     "EIO-X-01: is active, demands a negative case and has none"}));
}

TEST(LoadCatalogue, ComplainsWhenADraftHasACase) {
  EXPECT_THAT(complaints_about("status: draft, demands: [negative], cases: [EIO-HS-01.a]"),
              Contains("EIO-X-01: is draft and has 1 cases"));
}

TEST(LoadCatalogue, ComplainsWhenNoReasonIsGivenForAnUntestableClause) {
  EXPECT_THAT(complaints_about("status: untestable, demands: [negative]"),
              Contains("EIO-X-01: status and key 'untestable' (the reason) go together"));
}

TEST(LoadCatalogue, ComplainsWhenNobodyDecidedWhatAClauseRefersTo) {
  EXPECT_THAT(complaints_about("status: draft, demands: [negative], interpretation: I-0999"),
              Contains("EIO-X-01: names 'I-0999', which does not speak of it"));
}

TEST(LoadCatalogue, ComplainsWhenADemandIsNoKindOfCase) {
  EXPECT_THAT(complaints_about("status: draft, demands: [heroic]"),
              Contains("EIO-X-01: demands 'heroic', which is no kind of case"));
}

}  // namespace
}  // namespace plumbline::conform
