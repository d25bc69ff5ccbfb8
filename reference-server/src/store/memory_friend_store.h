// Friendships in memory, all on shard 0. Stage: store.
#pragma once

#include <unordered_map>

#include "store/friend_store.h"
#include "store/owner_shard.h"
#include "store/partitions.h"

namespace plumbline::serve {

class FriendTable {
 public:
  AskOutcome ask(Uuid from, Uuid to, UnixMillis at);
  Result<void> accept(Uuid me, Uuid requester, UnixMillis at);
  [[nodiscard]] std::vector<FriendRow> of(Uuid user) const;

 private:
  FriendRow* row(Uuid owner, Uuid other);
  void befriend(Uuid a, Uuid b, UnixMillis at);

  std::unordered_map<Uuid, std::vector<FriendRow>> rows_;  // each relation twice, once per side
};

class MemoryFriendStore final : public FriendStore {
 public:
  MemoryFriendStore(Partitions<FriendTable>& partitions, std::size_t shard) : partitions_(partitions), shard_(shard) {}
  void ask(Uuid from, Uuid to, UnixMillis at, Done<AskOutcome> done) override;
  void accept(Uuid me, Uuid requester, UnixMillis at, Done<void> done) override;
  void of(Uuid user, Done<std::vector<FriendRow>> done) override;

 private:
  Partitions<FriendTable>& partitions_;
  std::size_t shard_;
};

}  // namespace plumbline::serve
