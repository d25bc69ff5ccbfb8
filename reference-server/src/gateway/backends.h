// Seam: the backends behind the ports of the chat core, embedded or real. Stage: gateway.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backplane/idempotency.h"
#include "backplane/login_lockout.h"
#include "backplane/rate_limiter.h"
#include "backplane/sequence_allocator.h"
#include "bus/event_bus.h"
#include "delivery/delivery.h"
#include "gateway/application.h"
#include "store/conversation_store.h"
#include "store/friend_store.h"
#include "store/message_store.h"
#include "store/notice_store.h"
#include "store/session_store.h"
#include "store/user_store.h"

namespace plumbline::serve {

// The ports as one shard sees them. Used and destroyed on that shard, or while no shard runs.
struct ShardBackends {
  std::unique_ptr<MessageStore> messages;
  std::unique_ptr<ConversationStore> conversations;
  std::unique_ptr<UserStore> users;
  std::unique_ptr<SessionStore> sessions;
  std::unique_ptr<FriendStore> friends;
  std::unique_ptr<NoticeStore> notices;
  std::unique_ptr<SequenceAllocator> sequences;
  std::unique_ptr<RateLimiter> rates;
  std::unique_ptr<LoginLockout> lockout;
  std::unique_ptr<Idempotency> writes;
  std::unique_ptr<EventBus> bus;
};

// One service that the server depends on, as /health and /health/ready show it.
struct Dependency {
  std::string name;  // postgres, redis, kafka
  bool usable{true};
  std::string reason;  // one sentence when not usable
};

class Backends {
 public:
  virtual ~Backends() = default;
  // Once per shard, before the shard threads start.
  [[nodiscard]] virtual ShardBackends make(std::size_t shard) = 0;
  // What the bus does with each record: called once per shard, before the threads start.
  virtual void wire(std::size_t shard, ShardBackends& ports, Delivery& delivery) = 0;
  // On each shard's thread, every 100 ms.
  virtual void tick(std::size_t shard, Time now) = 0;
  // Once, before requests are served and before the shard threads start: checks and prepares the services. Throws
  // std::runtime_error with one sentence that names the service and the remedy (exit code 6).
  virtual void prepare() = 0;
  // Right before the shard threads start, and right after they ended.
  virtual void start() = 0;
  virtual void stop() = 0;
  [[nodiscard]] virtual std::vector<Dependency> dependencies() const = 0;          // any thread
  [[nodiscard]] virtual std::vector<Metric> metrics(std::size_t shard) const = 0;  // on that shard
  // "process" for memory, "replicated" for real backends (decisions.md section 5, durability).
  [[nodiscard]] virtual std::string durability() const = 0;
};

}  // namespace plumbline::serve
