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
  std::shared_ptr<MessageStore> messages;
  std::shared_ptr<ConversationStore> conversations;
  std::shared_ptr<UserStore> users;
  std::shared_ptr<SessionStore> sessions;
  std::shared_ptr<FriendStore> friends;
  std::shared_ptr<NoticeStore> notices;
  std::shared_ptr<SequenceAllocator> sequences;
  std::shared_ptr<RateLimiter> rates;
  std::shared_ptr<LoginLockout> lockout;
  std::shared_ptr<Idempotency> writes;
  std::shared_ptr<EventBus> bus;
};

// Owned by the application's factory; outlives the shards. A constructor that cannot reach or prepare a service throws
// std::runtime_error with one sentence that names the service and the remedy (exit code 6).
class Backends {
 public:
  // Told of each message of any instance before its delivery, on the shard that owns its conversation.
  using Seen = std::function<void(const Message&)>;

  virtual ~Backends() = default;
  // Once per shard, before the shard threads start.
  [[nodiscard]] virtual ShardBackends make(std::size_t shard) = 0;
  // What the bus does with each record: once per shard, after all were made.
  virtual void wire(std::size_t shard, ShardBackends& ports, Delivery& delivery, Seen seen) = 0;
  // `ended` hears, on shard 0, of log-in families that another instance ended.
  virtual void watch_families(const std::function<void(Uuid)>& ended) { static_cast<void>(ended); }
  // Right before the shard threads start, and right after they ended.
  virtual void start() {}
  virtual void stop() {}
  // On shard 0, at a clean stop, when no request is under way any more: other instances need not wait for this one.
  // `done` may come on any later turn of that shard.
  virtual void leave(const std::function<void()>& done) { done(); }
  // On each shard's thread: every 100 ms, and for /metrics.
  virtual void tick(std::size_t shard, Time now) = 0;
  [[nodiscard]] virtual std::vector<Metric> metrics(std::size_t shard) = 0;
  // Any thread; once true it stays so: from now on nothing that devices must see can pass them unseen.
  [[nodiscard]] virtual bool ready() const { return true; }
  [[nodiscard]] virtual std::vector<Dependency> dependencies() const = 0;  // any thread; none: embedded
  // "process" for memory, "replicated" for real backends (decisions.md section 5, durability).
  [[nodiscard]] virtual std::string durability() const = 0;
};

}  // namespace plumbline::serve
