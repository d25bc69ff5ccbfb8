#include "gateway/shard_core.h"

#include <sodium.h>

#include <stdexcept>

#include "delivery/consumers.h"

namespace plumbline::serve {
namespace {

const ChatOptions& offered(const ChatOptions& options, std::size_t shards) {
  if (options.dialect != "messenger") {
    throw std::runtime_error("the dialect \"" + options.dialect + "\" is not offered; messenger is");
  }
  if (shards > kMaxChatShards) {
    throw std::runtime_error("at most " + std::to_string(kMaxChatShards) + " shards are supported");
  }
  if (sodium_init() < 0) {
    throw std::runtime_error("libsodium cannot be initialised");
  }
  return options;
}

}  // namespace

ChatShared::ChatShared(net::ShardPool& shard_pool, const ChatOptions& chat_options, const Clock& wall_and_steady)
    : pool(shard_pool),
      options(offered(chat_options, shard_pool.size())),
      clock(wall_and_steady),
      keys(options.jwt_key_file.empty() ? generate_key_pair() : load_key_pair(options.jwt_key_file)),
      conversations(pool),
      sequences(pool),
      rates(pool),
      lockouts(pool, [this](std::size_t) { return std::make_unique<LockoutTable>(options.login_lockout); }),
      writes(pool),
      users(pool),
      sessions(pool),
      friends(pool),
      notices(pool),
      deliveries(pool, [this](std::size_t shard) { return std::make_unique<Delivery>(shard, clock); }),
      blocking(BlockingPool::Size{}) {
  cores = std::make_unique<Partitions<ShardCore>>(
      pool, [this](std::size_t shard) { return std::make_unique<ShardCore>(*this, shard); });
}

ChatShared::~ChatShared() = default;

ShardCore::ShardCore(ChatShared& all, std::size_t index)
    : shared(all),
      shard(index),
      messages(all.conversations, index),
      conversations(all.conversations, index),
      users(all.users, index),
      sessions(all.sessions, index, all.clock),
      friends(all.friends, index),
      notices(all.notices, index),
      sequences(all.sequences, index),
      rates(all.rates, index, all.clock),
      lockout(all.lockouts, index, all.clock),
      writes(all.pool, all.writes, index, all.clock),
      delivery(all.deliveries.at(index)),
      sends({conversations, users, sequences, bus, all.clock}),
      reads(conversations, messages, bus, all.clock),
      typists(conversations, bus, all.clock),
      friendships(friends, users, all.clock, [this](FriendNotice notice) { notify(std::move(notice)); }),
      gate(all.keys.public_pem, users, all.clock),
      auth({all.pool, index, all.blocking, all.keys, users, sessions, all.clock,
            [this](Uuid family) {
              end_family(family);
            }}),
      rng(entropy_seed()) {
  delivery.wire(all.deliveries, messages, notices);
  subscribe_delivery(bus, messages, notices, delivery);
}

void ShardCore::notify(FriendNotice notice) {
  const std::size_t at = owner(notice.to);
  shared.cores->tell(shard, at, [notice = std::move(notice)](ShardCore& there) mutable {
    there.bus.publish(std::move(notice), [](Errc) {});
  });
}

void ShardCore::end_family(Uuid family) {
  for (std::size_t at = 0; at < shared.pool.size(); ++at) {
    shared.cores->tell(shard, at, [family](ShardCore& there) {
      there.gate.revoke(family);
      there.delivery.end_family(family);
    });
  }
}

}  // namespace plumbline::serve
