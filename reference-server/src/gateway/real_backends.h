// The ports on PostgreSQL, Redis and Kafka, and what runs beside the shards for them (ADR 8). Stage: gateway.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "backplane/fenced/sequence_fence.h"
#include "bus/kafka/kafka_log.h"
#include "bus/kafka/store_consumer.h"
#include "config/backend_options.h"
#include "delivery/fan_out.h"
#include "gateway/backends.h"
#include "gateway/real_shard.h"
#include "store/postgres/direct_tail.h"
#include "store/postgres/outbox_relay.h"
#include "store/postgres/pg_family_watch.h"

namespace plumbline::serve {

class RealBackends final : public Backends {
 public:
  // Migrates the schema and makes the topics: blocks for seconds. Throws as Backends says.
  RealBackends(net::ShardPool& pool, const BackendOptions& options, const LockoutLadder& ladder, const Clock& clock);

  [[nodiscard]] ShardBackends make(std::size_t shard) override;
  void wire(std::size_t shard, ShardBackends& ports, Delivery& delivery, Seen seen) override;
  void watch_families(const std::function<void(Uuid)>& ended) override { family_ended_ = ended; }
  void start() override;
  void stop() override;
  void leave(const std::function<void()>& done) override { fence_.leave(done); }
  void tick(std::size_t shard, Time now) override;
  [[nodiscard]] std::vector<Metric> metrics(std::size_t shard) override;
  [[nodiscard]] bool ready() const override { return ready_.load(std::memory_order_acquire); }
  [[nodiscard]] std::vector<Dependency> dependencies() const override;
  [[nodiscard]] std::string durability() const override { return "replicated"; }

 private:
  void tick_instance(Time now);
  [[nodiscard]] bool can_serve(Time now) const;
  void note_redis(std::size_t shard);
  [[nodiscard]] std::vector<Metric> instance_metrics() const;

  net::ShardPool& pool_;
  const BackendOptions options_;
  const Clock& clock_;
  const LockoutLadder ladder_;
  const RedisOptions redis_;
  const KafkaOptions kafka_;
  StoredPositions positions_;
  Partitions<LockoutTable> lockouts_;
  Partitions<RecentMessages> recent_;
  PgPool postgres_;
  Partitions<WriteLedger> writes_;
  UnfencedClaims unfenced_;
  KafkaLog log_;
  FanOut fan_out_;
  RealShared shared_;
  std::vector<std::shared_ptr<RealShard>> shards_;
  std::unique_ptr<PgLink> epochs_;  // its short deadline decides how soon Redis can be left
  SequenceFence fence_;
  // Of the instance, on shard 0.
  std::unique_ptr<DirectTail> tail_;
  std::unique_ptr<OutboxRelay> relay_;
  std::unique_ptr<PgFamilyWatch> families_;
  std::function<void(Uuid)> family_ended_;
  StoreConsumer store_;  // on a thread of its own
  std::atomic<bool> ready_{false};
  mutable std::mutex telling_;
  std::vector<std::string> redis_problems_;  // one per shard, guarded by telling_
};

}  // namespace plumbline::serve
