// The embedded mode: every port on memory, one piece of state per shard; data lives as long as the process. Stage:
// gateway.
#pragma once

#include "backplane/memory_idempotency.h"
#include "backplane/memory_login_lockout.h"
#include "backplane/memory_rate_limiter.h"
#include "backplane/memory_sequence_allocator.h"
#include "gateway/backends.h"
#include "store/memory_friend_store.h"
#include "store/memory_message_store.h"
#include "store/memory_notice_store.h"
#include "store/memory_session_store.h"
#include "store/memory_user_store.h"

namespace plumbline::serve {

class MemoryBackends final : public Backends {
 public:
  MemoryBackends(net::ShardPool& pool, const LockoutLadder& ladder, const Clock& clock);

  [[nodiscard]] ShardBackends make(std::size_t shard) override;
  void wire(std::size_t shard, ShardBackends& ports, Delivery& delivery, Seen seen) override;
  void tick(std::size_t shard, Time now) override { lockouts_.at(shard).tick(now); }
  [[nodiscard]] std::vector<Metric> metrics(std::size_t shard) override;
  [[nodiscard]] std::vector<Dependency> dependencies() const override { return {}; }
  [[nodiscard]] std::string durability() const override { return "process"; }

 private:
  net::ShardPool& pool_;
  const Clock& clock_;
  ConversationPartitions conversations_;
  Partitions<SequenceCounters> sequences_;
  Partitions<RateWindows> rates_;
  Partitions<LockoutTable> lockouts_;
  Partitions<WriteLedger> writes_;
  Partitions<UserTable> users_;
  Partitions<SessionTable> sessions_;
  Partitions<FriendTable> friends_;
  Partitions<NoticeTable> notices_;
};

}  // namespace plumbline::serve
