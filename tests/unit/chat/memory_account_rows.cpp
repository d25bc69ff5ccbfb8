// The account ports in memory, under contract.
#include "account_backend.h"
#include "store/memory_friend_store.h"
#include "store/memory_notice_store.h"
#include "store/memory_session_store.h"
#include "store/memory_user_store.h"

namespace plumbline::serve {
namespace {

struct MemoryAccounts final : AccountBackend {
  Partitions<UserTable> user_tables{bench.pool};
  Partitions<SessionTable> session_tables{bench.pool};
  Partitions<FriendTable> friend_tables{bench.pool};
  Partitions<NoticeTable> notice_tables{bench.pool};
  MemoryUserStore users_[2]{{user_tables, 0}, {user_tables, 1}};
  MemorySessionStore sessions_[2]{{session_tables, 0, bench.clock}, {session_tables, 1, bench.clock}};
  MemoryFriendStore friends_[2]{{friend_tables, 0}, {friend_tables, 1}};
  MemoryNoticeStore notices_[2]{{notice_tables, 0}, {notice_tables, 1}};

  UserStore& users(std::size_t shard) override { return users_[shard]; }
  SessionStore& sessions(std::size_t shard) override { return sessions_[shard]; }
  FriendStore& friends(std::size_t shard) override { return friends_[shard]; }
  NoticeStore& notices(std::size_t shard) override { return notices_[shard]; }
};

}  // namespace

std::vector<AccountRow> account_rows() {
  return {{"Memory", [] {
             return std::make_unique<MemoryAccounts>();
           }}};
}

}  // namespace plumbline::serve
