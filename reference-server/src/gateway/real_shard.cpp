#include "gateway/real_shard.h"

namespace plumbline::serve {

RealShard::RealShard(const RealShared& all, std::size_t index)
    : sentinels(all.pool.context(index), all.redis),
      redis(all.pool.context(index), sentinels, all.redis),
      conversations(all.postgres.hot(index), all.postgres.reads(index)),
      stored(all.postgres.hot(index), all.postgres.reads(index), conversations, all.postgres.replica(index)),
      places(all.postgres.reads(index)),
      messages(stored, places, all.recent, index, all.clock),
      listed(conversations, places, all.recent, index),
      users(all.postgres.reads(index)),
      sessions(all.postgres.reads(index), all.clock),
      friends(all.postgres.reads(index)),
      notices(all.postgres.reads(index)),
      direct(all.postgres.hot(index)),
      rates(redis),
      local_lockout(all.lockouts, index, all.clock),
      lockout(redis, local_lockout, all.ladder),
      local_writes(all.pool, all.writes, index, all.clock),
      writes(all.pool.context(index), all.postgres.hot(index), local_writes, all.unfenced),
      // The ring has a message before its sender knows that it is accepted: whoever reads next sees it (STALE-1).
      log_bus(all.log.make_bus(
          index, direct,
          [&recent = all.recent, &clock = all.clock, index](const MessagePtr& message, LogPosition at) {
            recent.at(index).add(message, at, clock.now());
          },
          [&recent = all.recent, index] { return recent.at(index).refuses(); })),
      bus(notices, *log_bus) {}

}  // namespace plumbline::serve
