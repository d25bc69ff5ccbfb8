// Everything of the fence in one instance: the keeper on one shard, an allocator on each, and their timers. Stage:
// backplane.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backplane/fenced/epoch_keeper.h"
#include "backplane/fenced/fenced_sequence_allocator.h"
#include "backplane/redis/io_types.h"
#include "plumbline/net/shard_pool.h"

namespace plumbline::serve {

class Sentinels;

struct SequenceFenceOptions {
  std::string instance;  // unique among the instances, the same after a restart
  FenceTimes times;
  AllocatorOptions allocators;
};

// Made before the shards run and destroyed after they ended, before the sessions.
class SequenceFence {
 public:
  SequenceFence(net::ShardPool& pool, const Clock& clock, SequenceFenceOptions options);
  SequenceFence(const SequenceFence&) = delete;
  SequenceFence& operator=(const SequenceFence&) = delete;
  ~SequenceFence();

  // The keeper, on shard 0. `epochs` should be a connection of its own with a deadline of half a second: what it waits
  // for decides how soon Redis can be left.
  void keep(PgSession& epochs, RedisSession& redis, EpochKeeper::AskSentinels sentinels);
  // For each shard once. The allocator must not outlive this. `reconnect` ends that session's connection.
  [[nodiscard]] std::unique_ptr<SequenceAllocator> make(std::size_t shard, PgSession& postgres, RedisSession& redis,
                                                        std::function<void()> reconnect);
  void start();  // after keep() and make(), before the shards run
  // On shard 0, at a clean stop. No shard takes a number from here on, so the others need not wait for this instance
  // before they leave Redis. `done` on shard 0, also when PostgreSQL could not be told.
  void leave(std::function<void()> done);

  [[nodiscard]] std::vector<Metric> metrics(std::size_t shard) const;   // on that shard
  [[nodiscard]] const EpochKeeper& keeper() const { return *keeper_; }  // on shard 0

 private:
  void tick(std::size_t shard);
  void tell(std::size_t shard, const EpochView& view);

  net::ShardPool& pool_;
  const Clock& clock_;
  SequenceFenceOptions options_;
  std::unique_ptr<EpochKeeper> keeper_;
  std::vector<FencedSequenceAllocator*> allocators_;  // by shard
  std::vector<std::unique_ptr<IoTimer>> timers_;
  std::size_t closed_{0};  // shards that take no number any more
};

// How the keeper asks them; `sentinels` is that of the same shard.
[[nodiscard]] EpochKeeper::AskSentinels ask_sentinels(Sentinels& sentinels);

}  // namespace plumbline::serve
