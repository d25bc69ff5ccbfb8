// Which shard a conversation, and what is kept for a user, belongs to. Stage: store.
#pragma once

#include <cstddef>

#include "service/uuid.h"

namespace plumbline::serve {

[[nodiscard]] inline std::size_t owner_shard(const ConversationKey& key, std::size_t shards) {
  return std::hash<ConversationKey>{}(key) % shards;
}

[[nodiscard]] inline std::size_t owner_shard(Uuid user, std::size_t shards) {
  return std::hash<Uuid>{}(user) % shards;
}

// Users, log-in families and friendships: all on one shard, they are not touched per message.
inline constexpr std::size_t kDirectoryShard = 0;

}  // namespace plumbline::serve
