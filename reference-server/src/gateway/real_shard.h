// What one shard needs of PostgreSQL, Redis and Kafka, wired to the ports of the chat core. Stage: gateway.
#pragma once

#include "backplane/memory_idempotency.h"
#include "backplane/memory_login_lockout.h"
#include "backplane/postgres/pg_idempotency.h"
#include "backplane/redis/redis_client.h"
#include "backplane/redis/redis_login_lockout.h"
#include "backplane/redis/redis_rate_limiter.h"
#include "backplane/redis/sentinels.h"
#include "bus/kafka/kafka_log.h"
#include "bus/notice_keeper.h"
#include "store/postgres/direct_store.h"
#include "store/postgres/pg_conversation_store.h"
#include "store/postgres/pg_friend_store.h"
#include "store/postgres/pg_message_store.h"
#include "store/postgres/pg_notice_store.h"
#include "store/postgres/pg_pool.h"
#include "store/postgres/pg_session_store.h"
#include "store/postgres/pg_user_store.h"
#include "store/recent_conversation_store.h"
#include "store/recent_message_store.h"

namespace plumbline::serve {

// What the shards of an instance have in common; outlives them.
struct RealShared {
  net::ShardPool& pool;
  const Clock& clock;
  PgPool& postgres;
  const RedisOptions& redis;
  const LockoutLadder& ladder;
  Partitions<LockoutTable>& lockouts;
  Partitions<RecentMessages>& recent;
  Partitions<WriteLedger>& writes;
  UnfencedClaims& unfenced;
  KafkaLog& log;
};

// Used on its shard.
struct RealShard {
  RealShard(const RealShared& all, std::size_t index);

  Sentinels sentinels;
  RedisClient redis;
  PgConversationStore conversations;
  PgMessageStore stored;
  PgReaderPlaces places;
  RecentMessageStore messages;
  RecentConversationStore listed;
  PgUserStore users;
  PgSessionStore sessions;
  PgFriendStore friends;
  PgNoticeStore notices;
  PgDirectStore direct;
  RedisRateLimiter rates;
  MemoryLoginLockout local_lockout;
  RedisLoginLockout lockout;
  MemoryIdempotency local_writes;
  PgIdempotency writes;
  std::unique_ptr<KafkaBus> log_bus;
  NoticeKeeper bus;
};

}  // namespace plumbline::serve
