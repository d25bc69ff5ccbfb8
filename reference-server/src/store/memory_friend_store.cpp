#include "store/memory_friend_store.h"

#include <algorithm>

namespace plumbline::serve {
FriendRow* FriendTable::row(Uuid owner, Uuid other) {
  const auto found = rows_.find(owner);
  if (found == rows_.end()) {
    return nullptr;
  }
  const auto at = std::find_if(found->second.begin(), found->second.end(),
                               [other](const FriendRow& candidate) { return candidate.user == other; });
  return at == found->second.end() ? nullptr : &*at;
}

void FriendTable::befriend(Uuid a, Uuid b, UnixMillis at) {
  *row(a, b) = {b, Relation::accepted, at};
  *row(b, a) = {a, Relation::accepted, at};
}

AskOutcome FriendTable::ask(Uuid from, Uuid to, UnixMillis at) {
  const FriendRow* known = row(from, to);
  if (known == nullptr) {
    rows_[from].push_back({to, Relation::pending_out, at});
    rows_[to].push_back({from, Relation::pending_in, at});
    return AskOutcome::sent;
  }
  if (known->relation == Relation::pending_in) {
    befriend(from, to, at);
    return AskOutcome::auto_accepted;
  }
  return known->relation == Relation::accepted ? AskOutcome::already_friends : AskOutcome::already_sent;
}

Result<void> FriendTable::accept(Uuid me, Uuid requester, UnixMillis at) {
  const FriendRow* known = row(me, requester);
  if (known == nullptr || known->relation != Relation::pending_in) {
    return Error{Errc::not_found, "no pending request"};
  }
  befriend(me, requester, at);
  return {};
}

std::vector<FriendRow> FriendTable::of(Uuid user) const {
  const auto found = rows_.find(user);
  return found == rows_.end() ? std::vector<FriendRow>{} : found->second;
}

void MemoryFriendStore::ask(Uuid from, Uuid to, UnixMillis at, Done<AskOutcome> done) {
  partitions_.ask<Result<AskOutcome>>(
      shard_, kDirectoryShard, [=](FriendTable& here) { return Result<AskOutcome>{here.ask(from, to, at)}; },
      std::move(done));
}

void MemoryFriendStore::accept(Uuid me, Uuid requester, UnixMillis at, Done<void> done) {
  partitions_.ask<Result<void>>(
      shard_, kDirectoryShard, [=](FriendTable& here) { return here.accept(me, requester, at); }, std::move(done));
}

void MemoryFriendStore::of(Uuid user, Done<std::vector<FriendRow>> done) {
  partitions_.ask<Result<std::vector<FriendRow>>>(
      shard_, kDirectoryShard, [user](FriendTable& here) { return Result<std::vector<FriendRow>>{here.of(user)}; },
      std::move(done));
}

}  // namespace plumbline::serve
