// The text of each part's configuration file, and that all settings of the table are in it.
#include "config/config_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "settings/settings.h"
#include "unit/stack/clusters.h"

namespace plumbline::stack {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ServerProperties, HoldEverySettingOfTheTable) {
  const Topology full = cluster(Profile::full);
  const std::string text = server_properties(full.of(Part::kafka)[1], full);

  for (const auto& [key, value] : kafka_settings(Profile::full)) {
    EXPECT_THAT(text, HasSubstr("\n" + key + "=" + value + "\n"));
  }
}

TEST(ServerProperties, NameTheNodeAndAllVoters) {
  const Topology full = cluster(Profile::full);
  const std::string text = server_properties(full.of(Part::kafka)[1], full);

  EXPECT_THAT(text, HasSubstr("node.id=2\n"));
  EXPECT_THAT(text, HasSubstr("controller.quorum.voters=1@127.0.0.1:7008,2@127.0.0.1:7010,3@127.0.0.1:7012\n"));
  EXPECT_THAT(text, HasSubstr("listeners=PLAINTEXT://127.0.0.1:7009,CONTROLLER://127.0.0.1:7010\n"));
  EXPECT_THAT(text, HasSubstr("log.dirs=/stack/kafka-2/data\n"));
}

TEST(ServerProperties, KeepEveryWriteOnTwoBrokersWhenFull) {
  const Topology full = cluster(Profile::full);
  const std::string text = server_properties(full.of(Part::kafka)[0], full);

  EXPECT_THAT(text, HasSubstr("default.replication.factor=3\nmin.insync.replicas=2\n"));
}

TEST(ServerProperties, AskOneReplicaOfASingleBroker) {
  const Topology minimal = cluster(Profile::minimal);
  const std::string text = server_properties(minimal.of(Part::kafka)[0], minimal);

  EXPECT_THAT(text, HasSubstr("default.replication.factor=1\nmin.insync.replicas=1\n"));
  EXPECT_THAT(text, HasSubstr("offsets.topic.replication.factor=1\n"));
}

TEST(RedisConf, MakesTheFirstNodeTheMaster) {
  const Topology full = cluster(Profile::full);

  EXPECT_THAT(redis_conf(full.of(Part::redis)[0], full), Not(HasSubstr("replicaof")));
  EXPECT_THAT(redis_conf(full.of(Part::redis)[1], full), HasSubstr("replicaof 127.0.0.1 7002\n"));
}

// Without it a second switch promotes a replica that could not follow for hours.
TEST(RedisConf, GivesMasterauthToEveryNode) {
  const Topology full = cluster(Profile::full);

  for (const Node& node : full.of(Part::redis)) {
    EXPECT_THAT(redis_conf(node, full), HasSubstr("requirepass secret\nmasterauth secret\n"));
  }
}

TEST(RedisConf, HoldsEverySettingOfTheTable) {
  const Topology full = cluster(Profile::full);

  for (const auto& [key, value] : redis_settings()) {
    EXPECT_THAT(redis_conf(full.of(Part::redis)[0], full), HasSubstr("\n" + key + " " + value + "\n"));
  }
}

TEST(RedisConf, LetsALoneMasterTakeWrites) {
  const Topology full = cluster(Profile::full);

  EXPECT_THAT(redis_conf(full.of(Part::redis)[0], full), Not(HasSubstr("min-replicas-to-write")));
}

TEST(SentinelConf, KnowsEverybodyFromTheStart) {
  const Topology full = cluster(Profile::full);
  const std::vector<Node> sentinels = full.of(Part::sentinel);
  const std::string text = sentinel_conf(sentinels[0], full);

  EXPECT_THAT(text, HasSubstr("sentinel monitor plumbline 127.0.0.1 7002 2\n"));
  EXPECT_THAT(text, HasSubstr("sentinel known-replica plumbline 127.0.0.1 7003\n"));
  EXPECT_THAT(text, HasSubstr("sentinel known-sentinel plumbline 127.0.0.1 7005 " + sentinels[1].id + "\n"));
  EXPECT_THAT(text, HasSubstr("sentinel myid " + sentinels[0].id + "\n"));
  EXPECT_THAT(text, Not(HasSubstr("known-sentinel plumbline 127.0.0.1 7004")));
}

TEST(SentinelConf, HoldsEverySettingOfTheTable) {
  const Topology full = cluster(Profile::full);

  for (const auto& [key, value] : sentinel_settings()) {
    EXPECT_THAT(sentinel_conf(full.of(Part::sentinel)[0], full),
                HasSubstr("\nsentinel " + key + " plumbline " + value + "\n"));
  }
}

TEST(SentinelConf, NeedsNobodyElseToAgreeWhenAlone) {
  const Topology minimal = cluster(Profile::minimal);

  EXPECT_THAT(sentinel_conf(minimal.of(Part::sentinel)[0], minimal),
              HasSubstr("sentinel monitor plumbline 127.0.0.1 7002 1\n"));
}

TEST(PostgresConf, HoldsEverySettingOfTheTable) {
  const std::string text = postgres_conf(cluster(Profile::full).of(Part::postgres)[0]);

  EXPECT_THAT(text, HasSubstr("port = 7001\n"));
  for (const auto& [key, value] : postgres_settings()) {
    EXPECT_THAT(text, HasSubstr("\n" + key + " = '" + value + "'\n"));
  }
}

TEST(PostgresConf, KeepsWhatWasCommitted) {
  const std::string text = postgres_conf(cluster(Profile::full).of(Part::postgres)[0]);

  EXPECT_THAT(text, Not(HasSubstr("fsync")));
  EXPECT_THAT(text, Not(HasSubstr("synchronous_commit")));
}

TEST(ServeYaml, NamesTheBackends) {
  const Topology full = cluster(Profile::full, 2);

  EXPECT_EQ(serve_yaml(full.of(Part::app)[1], full, true),
            "host: 127.0.0.1\nport: 7014\nport-file: /stack/app-2/port\njwt-key: /stack/jwt-key.pem\n"
            "rate-limits: off\ninstance: app-2\npostgres: postgresql://plumbline:hidden@127.0.0.1:7001/postgres\n"
            "redis-sentinels: 127.0.0.1:7004,127.0.0.1:7005,127.0.0.1:7006\nredis-name: plumbline\n"
            "redis-password: secret\nkafka: 127.0.0.1:7007,127.0.0.1:7009,127.0.0.1:7011\n");
}

TEST(ServeYaml, LeavesBackendsOutWhenEmbedded) {
  const Topology full = cluster(Profile::full, 1);

  EXPECT_THAT(serve_yaml(full.of(Part::app)[0], full, false), Not(HasSubstr("postgres")));
}

TEST(HaproxyCfg, ListsEveryInstanceWithItsChecks) {
  const Topology full = cluster(Profile::full, 2);
  const std::string text = haproxy_cfg(full);

  EXPECT_THAT(text, HasSubstr("  bind 127.0.0.1:8000\n"));
  EXPECT_THAT(text, HasSubstr("  option httpchk GET /health/ready\n"));
  for (const Node& app : full.of(Part::app)) {
    EXPECT_THAT(text, HasSubstr("  server " + app.name + " " + app.address() + " check inter 250ms "));
  }
}

TEST(HaproxyCfg, KeepsASessionWithItsInstanceAndAUserWithTheirs) {
  const std::string text = haproxy_cfg(cluster(Profile::full, 2));

  EXPECT_THAT(text, HasSubstr("  stick match url_param(sid)\n"));
  EXPECT_THAT(text, HasSubstr("  balance hdr(Authorization)\n  hash-type consistent\n"));
  EXPECT_THAT(text, HasSubstr("  option redispatch 1\n"));
}

}  // namespace
}  // namespace plumbline::stack
