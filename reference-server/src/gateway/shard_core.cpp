#include "gateway/shard_core.h"

#include <sodium.h>

#include <stdexcept>

#include "gateway/make_backends.h"

namespace plumbline::serve {
namespace {

ChatOptions offered(ChatOptions options, std::size_t shards) {
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

// The bound is one for the instance, shared by its shards.
Admission::Limits admission_of(std::size_t shards) {
  Admission::Limits limits;
  limits.most /= shards;
  return limits;
}

}  // namespace

ChatShared::ChatShared(net::ShardPool& shard_pool, const ChatOptions& chat_options, const Clock& wall_and_steady)
    : pool(shard_pool),
      options(offered(chat_options, shard_pool.size())),
      clock(wall_and_steady),
      keys(options.jwt_key_file.empty() ? generate_key_pair() : load_key_pair(options.jwt_key_file)),
      backends(make_backends(pool, options, clock)),
      deliveries(pool, [this](std::size_t shard) { return std::make_unique<Delivery>(shard, clock); }),
      blocking(BlockingPool::Size{}) {
  cores = std::make_unique<Partitions<ShardCore>>(
      pool, [this](std::size_t shard) { return std::make_unique<ShardCore>(*this, shard); });
  backends->watch_families([this](Uuid family) { cores->at(0).end_family(family); });
}

ChatShared::~ChatShared() = default;

ShardCore::ShardCore(ChatShared& all, std::size_t index)
    : shared(all),
      shard(index),
      ports(all.backends->make(index)),
      messages(*ports.messages),
      conversations(*ports.conversations),
      users(*ports.users),
      sessions(*ports.sessions),
      friends(*ports.friends),
      notices(*ports.notices),
      sequences(*ports.sequences),
      rates(*ports.rates),
      lockout(*ports.lockout),
      writes(*ports.writes),
      bus(*ports.bus),
      delivery(all.deliveries.at(index)),
      sends({conversations, messages, users, sequences, bus, all.clock}, admission_of(all.pool.size())),
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
  all.backends->wire(index, ports, delivery, [this](const Message& message) { sends.saw(message); });
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
