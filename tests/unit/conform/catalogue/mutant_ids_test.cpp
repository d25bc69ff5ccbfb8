// Every protocol fault of the server has its row in conformance/spec/mutants.yaml, and every row its fault.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "mutant/mutant.h"

namespace plumbline::serve {
namespace {

TEST(MutantMatrix, NamesExactlyTheProtocolFaultsOfTheServer) {
  // The table of the server lists the faults of the messenger application first; `never-ping` begins the protocol's.
  const auto& ids = mutant_ids();
  const auto first = std::find(ids.begin(), ids.end(), "never-ping");
  const std::set<std::string> expected(first, ids.end());

  std::set<std::string> named;
  for (const YAML::Node& row : YAML::LoadFile(PLUMBLINE_MUTANT_MATRIX)["mutants"]) {
    named.insert(row["id"].as<std::string>());
  }

  EXPECT_EQ(named, expected);
}

}  // namespace
}  // namespace plumbline::serve
