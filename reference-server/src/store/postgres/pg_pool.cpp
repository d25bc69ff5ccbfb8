#include "store/postgres/pg_pool.h"

namespace plumbline::serve {

PgPool::PgPool(net::ShardPool& pool, const std::string& uri, const PgLinkOptions& limits,
               const std::string& replica_uri) {
  const auto link = [&](std::size_t shard, const char* purpose, const std::string& to) {
    PgLinkOptions options = limits;
    options.conninfo = to;
    options.purpose = purpose;
    return std::make_unique<PgLink>(pool.context(shard), std::move(options));
  };
  for (std::size_t shard = 0; shard < pool.size(); ++shard) {
    std::vector<std::unique_ptr<PgLink>> hot;
    std::vector<PgLink*> all;
    for (std::size_t i = 0; i < kHotLinks; ++i) {
      hot.push_back(link(shard, "hot", uri));
      all.push_back(hot.back().get());
    }
    auto reads = link(shard, "reads", uri);
    all.push_back(reads.get());
    shards_.push_back({std::make_unique<PgSpread>(std::move(hot)), std::move(reads), std::move(all), nullptr});
    if (!replica_uri.empty()) {
      shards_.back().replica = std::make_unique<PgReplica>(*shards_.back().reads, link(shard, "replica", replica_uri));
    }
  }
}

void PgPool::open() {
  for (const Links& shard : shards_) {
    for (PgLink* link : shard.all) {
      link->open();
    }
    if (shard.replica) {
      shard.replica->link().open();
    }
  }
}

void PgPool::tick(std::size_t shard, Time now) {
  if (PgReplica* replica = shards_[shard].replica.get()) {
    replica->tick(now);
  }
}

bool PgPool::usable() const {
  return trouble().empty();
}

std::string PgPool::trouble() const {
  for (const Links& shard : shards_) {
    for (const PgLink* link : shard.all) {
      if (!link->usable()) {
        return link->trouble();
      }
    }
  }
  return "";
}

std::vector<Metric> PgPool::metrics(std::size_t shard) const {
  PgLinkCounters sum;
  std::size_t waiting = 0;
  for (const PgLink* link : shards_[shard].all) {
    const PgLinkCounters& one = link->counters();
    sum.answered += one.answered;
    sum.unavailable += one.unavailable;
    sum.refused += one.refused;
    sum.unknown += one.unknown;
    sum.deadlines += one.deadlines;
    sum.connects += one.connects;
    waiting += link->waiting();
  }
  const auto counter = [](const char* name, const char* help, std::uint64_t value) {
    return Metric{name, help, true, static_cast<double>(value)};
  };
  return {
      counter("plumbline_postgres_statements_total", "Statements that PostgreSQL answered.", sum.answered),
      counter("plumbline_postgres_unavailable_total", "Statements given up before they were sent.", sum.unavailable),
      counter("plumbline_postgres_queue_full_total", "Statements that a full queue refused.", sum.refused),
      counter("plumbline_postgres_unknown_total", "Statements sent whose outcome was not heard.", sum.unknown),
      counter("plumbline_postgres_deadlines_total", "Connections closed for a missed deadline.", sum.deadlines),
      counter("plumbline_postgres_connects_total", "Connections made.", sum.connects),
      Metric{"plumbline_postgres_waiting", "Statements waiting or under way.", false, static_cast<double>(waiting)},
  };
}

}  // namespace plumbline::serve
