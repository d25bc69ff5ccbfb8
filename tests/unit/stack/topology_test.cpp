// Which nodes a profile has, and where they are.
#include "topology/topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "unit/stack/clusters.h"

namespace plumbline::stack {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> names(const Topology& topology) {
  std::vector<std::string> found;
  for (const Node& node : topology.nodes) {
    found.push_back(node.name);
  }
  return found;
}

TEST(Topology, HasThreeOfWhatVotesWhenFull) {
  EXPECT_THAT(names(cluster(Profile::full, 2)),
              ElementsAre("postgres", "redis-1", "redis-2", "sentinel-1", "sentinel-2", "sentinel-3", "kafka-1",
                          "kafka-2", "kafka-3", "app-1", "app-2", "front"));
}

TEST(Topology, HasOneOfEachWhenMinimal) {
  EXPECT_THAT(names(cluster(Profile::minimal, 1)),
              ElementsAre("postgres", "redis-1", "sentinel-1", "kafka-1", "app-1", "front"));
}

TEST(Topology, GivesEveryPortOnce) {
  std::set<std::uint16_t> ports;
  std::size_t count = 0;
  for (const Node& node : cluster(Profile::full, 3).nodes) {
    for (const std::uint16_t port : {node.port, node.controller_port}) {
      if (port != 0) {
        ports.insert(port);
        ++count;
      }
    }
  }

  EXPECT_EQ(ports.size(), count);
  EXPECT_EQ(count, ports_needed(Profile::full, 3) + 1);  // and the front
}

TEST(Topology, NamesTheDatabaseByUri) {
  EXPECT_EQ(cluster(Profile::full).postgres_uri(), "postgresql://plumbline:hidden@127.0.0.1:7001/postgres");
}

TEST(Topology, MakesOtherSecretsEachTime) {
  const std::vector<std::uint16_t> ports(ports_needed(Profile::full, 0), 1);
  const Topology one = local_topology(Profile::full, 0, "/a", ports, 2);
  const Topology other = local_topology(Profile::full, 0, "/a", ports, 2);

  EXPECT_NE(one.redis_password, other.redis_password);
  EXPECT_NE(one.of(Part::sentinel)[0].id, other.of(Part::sentinel)[0].id);
}

TEST(Profile, IsReadByItsName) {
  EXPECT_EQ(profile_from("minimal"), Profile::minimal);
  EXPECT_EQ(profile_from("full"), Profile::full);
  EXPECT_EQ(profile_from("Full"), std::nullopt);
}

}  // namespace
}  // namespace plumbline::stack
