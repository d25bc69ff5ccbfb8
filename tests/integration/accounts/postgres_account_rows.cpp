// The account ports on PostgreSQL, under contract.
#include "integration/accounts/real_services.h"
#include "store/postgres/pg_friend_store.h"
#include "store/postgres/pg_notice_store.h"
#include "store/postgres/pg_pool.h"
#include "store/postgres/pg_session_store.h"
#include "store/postgres/pg_user_store.h"
#include "unit/chat/account_backend.h"

namespace plumbline::serve {
namespace {

constexpr PgStatement kNothing{"t_nothing", "SELECT 1"};

struct PgAccounts final : AccountBackend {
  PgPool pool{bench.pool, clean_database()};
  PgUserStore users_[2]{PgUserStore{pool.reads(0)}, PgUserStore{pool.reads(1)}};
  PgSessionStore sessions_[2]{{pool.reads(0), bench.clock}, {pool.reads(1), bench.clock}};
  PgFriendStore friends_[2]{PgFriendStore{pool.reads(0)}, PgFriendStore{pool.reads(1)}};
  PgNoticeStore notices_[2]{PgNoticeStore{pool.reads(0)}, PgNoticeStore{pool.reads(1)}};

  UserStore& users(std::size_t shard) override { return users_[shard]; }
  SessionStore& sessions(std::size_t shard) override { return sessions_[shard]; }
  FriendStore& friends(std::size_t shard) override { return friends_[shard]; }
  NoticeStore& notices(std::size_t shard) override { return notices_[shard]; }
  void settle() override {
    for (std::size_t shard = 0; shard < 2; ++shard) {
      (void)bench.wait(bench.start<PgRowsPtr>(
          shard, [this, shard](auto done) { pool.reads(shard).query(kNothing, {}, std::move(done)); }));
    }
  }
};

}  // namespace

std::vector<AccountRow> account_rows() {
  return {{"PostgreSQL", [] {
             return std::make_unique<PgAccounts>();
           }}};
}

}  // namespace plumbline::serve
