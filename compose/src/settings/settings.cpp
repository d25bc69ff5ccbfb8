#include "settings/settings.h"

namespace plumbline::stack {

// Defaults keep what was acknowledged: fsync and synchronous_commit stay on.
Settings postgres_settings() {
  return {{"max_connections", "120"},
          {"shared_buffers", "64MB"},
          {"max_wal_size", "1GB"},
          {"checkpoint_timeout", "30s"},  // after a kill it replays what was written since: 230 s of load took 5 s
          {"unix_socket_directories", ""},
          {"recovery_init_sync_method", "syncfs"},  // after a kill: seconds less than fsync of each file
          {"password_encryption", "scram-sha-256"}};
}

// No min-replicas-to-write: with one replica the new master would refuse every write until the old one is back, and
// it would not help: 184,543 acknowledged increments were lost with it. What makes sequences safe is the fence in
// PostgreSQL, so Redis may lose its last writes.
Settings redis_settings() {
  return {{"appendonly", "yes"},
          {"appendfsync", "everysec"},
          {"save", "\"\""},  // the append-only file is the copy on disk
          {"maxmemory-policy", "noeviction"},
          {"repl-backlog-size", "64mb"},
          {"repl-diskless-sync-delay", "0"},
          {"repl-timeout", "5"},
          {"tcp-keepalive", "5"}};
}

Settings sentinel_settings() {
  return {{"down-after-milliseconds", "1000"}, {"failover-timeout", "5000"}, {"parallel-syncs", "2"}};
}

int sentinel_quorum(Profile profile) {
  return count_of(Part::sentinel, profile, 0) / 2 + 1;
}

Settings kafka_settings(Profile profile) {
  const int brokers = count_of(Part::kafka, profile, 0);
  const std::string copies = std::to_string(brokers);
  const std::string in_sync = brokers > 1 ? "2" : "1";
  return {
      {"default.replication.factor", copies},
      {"min.insync.replicas", in_sync},
      {"unclean.leader.election.enable", "false"},
      {"auto.create.topics.enable", "false"},
      {"num.partitions", "10"},
      {"offsets.topic.replication.factor", copies},
      {"offsets.topic.num.partitions", "6"},
      {"transaction.state.log.replication.factor", copies},
      {"transaction.state.log.min.isr", in_sync},
      {"transaction.state.log.num.partitions", "3"},
      {"group.initial.rebalance.delay.ms", "0"},
      {"group.min.session.timeout.ms", "2000"},
      // Giving leaders back to a broker that has returned stalls their sends for up to half a second (docs/adr/0015).
      {"auto.leader.rebalance.enable", "false"},
      // While a dead broker is not fenced no write with acks=all succeeds: the session bounds that gap.
      {"broker.session.timeout.ms", "1500"},
      {"broker.heartbeat.interval.ms", "300"},
      {"controller.quorum.fetch.timeout.ms", "1000"},
      {"controller.quorum.election.timeout.ms", "500"},
      {"controller.quorum.election.backoff.max.ms", "300"},
      {"replica.lag.time.max.ms", "5000"},
      // A leader that comes back is asked too early by some followers; until they ask again no write with acks=all
      // ends.
      {"replica.fetch.backoff.ms", "100"},
      // Of the partitions that a returning follower asks for together, those that are in sync already wait for what the
      // others catch up: in small bites.
      {"replica.fetch.max.bytes", "65536"},
      {"replica.fetch.response.max.bytes", "262144"},
      // A broker that was killed reads the last segment of each partition before it serves.
      {"log.segment.bytes", "4194304"},
      // A small footprint.
      {"log.index.size.max.bytes", "1048576"},
      {"log.cleaner.dedupe.buffer.size", "4194304"},
      {"log.cleaner.threads", "1"},
      {"num.network.threads", "2"},
      {"num.io.threads", "2"},
      {"background.threads", "2"},
      {"socket.send.buffer.bytes", "-1"},
      {"socket.receive.buffer.bytes", "-1"},
  };
}

// The first compiler alone starts in a third of the time and takes a third less memory than both.
std::vector<std::string> java_flags() {
  return {"-Xmx256m",
          "-Xms64m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:MaxDirectMemorySize=96m",
          "-Xss512k",
          "-Xshare:auto",
          "-XX:+UseTransparentHugePages"};
}

// Two checks that fail, 50 ms apart, take an instance out; until then `redispatch` sends what it refuses to another one
// at once. When it is out its sockets are closed, so that clients of a frozen instance come back somewhere else. No
// `observe layer4`: the request that met the dead instance would be cut together with those sockets.
std::string front_server_options() {
  return "check inter 250ms fastinter 50ms fall 2 rise 1 on-marked-down shutdown-sessions";
}

Settings front_timeouts() {
  return {{"connect", "250ms"}, {"client", "60s"}, {"server", "60s"},
          {"tunnel", "1h"},     {"check", "1s"},   {"queue", "1s"}};
}

}  // namespace plumbline::stack
