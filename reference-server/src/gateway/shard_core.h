// Everything of the chat core that lives on one shard, wired to its backends. Stage: gateway.
#pragma once

#include <memory>
#include <string>

#include "auth/auth_service.h"
#include "auth/token_gate.h"
#include "delivery/delivery.h"
#include "gateway/backends.h"
#include "gateway/chat_application.h"
#include "service/at_home.h"
#include "service/friend_service.h"
#include "service/read_service.h"
#include "service/send_service.h"
#include "service/typing_service.h"
#include "store/owner_shard.h"
#include "store/partitions.h"

namespace plumbline::serve {

struct ShardCore;

// What the shards of one server have in common. Destroyed after the shard threads ended.
struct ChatShared {
  ChatShared(net::ShardPool& shard_pool, const ChatOptions& chat_options, const Clock& wall_and_steady);
  ~ChatShared();

  net::ShardPool& pool;
  const ChatOptions options;
  const Clock& clock;
  const KeyPair keys;
  const std::unique_ptr<Backends> backends;
  Deliveries deliveries;
  std::unique_ptr<Partitions<ShardCore>> cores;
  BlockingPool blocking;  // last: its threads end before what their tasks use
};

struct ShardCore {
  ShardCore(ChatShared& all, std::size_t index);

  ChatShared& shared;
  const std::size_t shard;
  ShardBackends ports;
  MessageStore& messages;
  ConversationStore& conversations;
  UserStore& users;
  SessionStore& sessions;
  FriendStore& friends;
  NoticeStore& notices;
  SequenceAllocator& sequences;
  RateLimiter& rates;
  LoginLockout& lockout;
  Idempotency& writes;
  EventBus& bus;
  Delivery& delivery;
  SendService sends;
  ReadService reads;
  TypingService typists;
  FriendService friendships;
  TokenGate gate;
  AuthService auth;
  Rng rng;

  // Runs `operation(core of `owner`, reply)` on that shard; the reply comes back here.
  template <class T, class Operation>
  void on_owner(std::size_t owner, Operation operation, Done<T> done) {
    if (owner == shard) {
      operation(*this, std::move(done));
      return;
    }
    shared.cores->tell(shard, owner,
                       [operation = std::move(operation), reply = at_home<T>(shared.pool, shard, std::move(done))](
                           ShardCore& there) mutable { operation(there, std::move(reply)); });
  }

  [[nodiscard]] std::size_t owner(const ConversationKey& key) const { return owner_shard(key, shared.pool.size()); }
  [[nodiscard]] std::size_t owner(Uuid user) const { return owner_shard(user, shared.pool.size()); }
  // Brings a friend event to all devices of the user, now or when one connects.
  void notify(FriendNotice notice);
  // Tokens of the family are refused and its sockets closed, on every shard.
  void end_family(Uuid family);
};

}  // namespace plumbline::serve
