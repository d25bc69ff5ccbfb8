// The connections of one process to PostgreSQL: for each shard some for what a send waits for and one for reads, so
// that a slow list does not stand in front of sends. Stage: store.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/application.h"
#include "plumbline/net/shard_pool.h"
#include "store/postgres/pg_link.h"
#include "store/postgres/pg_replica.h"
#include "store/postgres/pg_spread.h"

namespace plumbline::serve {

// Destroyed before the ShardPool, while no shard runs.
class PgPool {
 public:
  static constexpr std::size_t kHotLinks = 3;  // of each shard

  // `limits` gives all but conninfo and purpose. `replica_uri` may be empty.
  PgPool(net::ShardPool& pool, const std::string& uri, const PgLinkOptions& limits = {},
         const std::string& replica_uri = "");

  void open();  // before the shard threads start, or on the shard: connects all now instead of with the first statement

  // Statements may overtake each other.
  [[nodiscard]] PgSession& hot(std::size_t shard) { return *shards_[shard].hot; }
  // In the order asked.
  [[nodiscard]] PgSession& reads(std::size_t shard) { return *shards_[shard].reads; }

  [[nodiscard]] PgReplica* replica(std::size_t shard) { return shards_[shard].replica.get(); }  // null: none configured
  void tick(std::size_t shard, Time now);  // on that shard, every 100 ms

  // Of the primary: without the replica nothing is missing.
  [[nodiscard]] bool usable() const;                                   // all connections; any thread
  [[nodiscard]] std::string trouble() const;                           // the first one's sentence; any thread
  [[nodiscard]] std::vector<Metric> metrics(std::size_t shard) const;  // on that shard

 private:
  struct Links {
    std::unique_ptr<PgSpread> hot;
    std::unique_ptr<PgLink> reads;
    std::vector<PgLink*> all;  // to the primary
    std::unique_ptr<PgReplica> replica;
  };
  std::vector<Links> shards_;
};

}  // namespace plumbline::serve
