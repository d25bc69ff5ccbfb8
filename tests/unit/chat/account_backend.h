// The backends of the account ports under contract, and the bench that calls them from two shards.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plumbline/base/clock.h"
#include "plumbline/net/shard_pool.h"
#include "store/memory_friend_store.h"
#include "store/memory_notice_store.h"
#include "store/memory_session_store.h"
#include "store/memory_user_store.h"

namespace plumbline::serve {

template <class T>
using Pending = std::shared_ptr<std::optional<Result<T>>>;

// Calls on a shard and checks that the one answer comes back there. Several calls started before run() overlap.
class ShardBench {
 public:
  void run() {
    for (bool busy = true; busy;) {
      busy = false;
      for (running_ = 0; running_ < pool.size(); ++running_) {
        pool.context(running_).restart();
        busy = pool.context(running_).poll() > 0 || busy;
      }
    }
  }

  template <class T>
  Pending<T> start(std::size_t shard, std::function<void(Done<T>)> call) {
    auto pending = std::make_shared<std::optional<Result<T>>>();
    pool.post_to(shard, [this, shard, pending, call = std::move(call)] {
      call([this, shard, pending](Result<T> got) {
        EXPECT_EQ(running_, shard) << "answered on another shard";
        EXPECT_FALSE(pending->has_value()) << "answered twice";
        *pending = std::move(got);
      });
    });
    return pending;
  }

  template <class T>
  Result<T> wait(const Pending<T>& pending) {
    run();
    EXPECT_TRUE(pending->has_value()) << "no answer";
    return pending->has_value() ? **pending : Result<T>{Error{Errc::timeout, "no answer"}};
  }

  net::ShardPool pool{2};
  ManualClock clock;

 private:
  std::size_t running_{0};
};

struct AccountBackend {
  virtual ~AccountBackend() = default;
  ShardBench bench;
  virtual UserStore& users(std::size_t shard) = 0;
  virtual SessionStore& sessions(std::size_t shard) = 0;
  virtual FriendStore& friends(std::size_t shard) = 0;
  virtual NoticeStore& notices(std::size_t shard) = 0;
};

struct AccountRow {
  std::string name;
  std::function<std::unique_ptr<AccountBackend>()> make;
};

inline constexpr Uuid kAda{11, 1};
inline constexpr Uuid kBen{12, 2};
inline constexpr Uuid kCleo{13, 3};
inline constexpr Uuid kDan{14, 4};

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

// Every backend under test: a new one joins here.
inline std::vector<AccountRow> account_rows() {
  return {{"Memory", [] {
             return std::make_unique<MemoryAccounts>();
           }}};
}

inline std::string account_row_name(const testing::TestParamInfo<AccountRow>& row) {
  return row.param.name;
}

class AccountPort : public testing::TestWithParam<AccountRow> {
 protected:
  template <class T>
  static Errc code(const Result<T>& result) {
    return result.has_error() ? result.error().code : Errc::ok;
  }

  std::unique_ptr<AccountBackend> backend = GetParam().make();
  ShardBench& bench = backend->bench;
};

}  // namespace plumbline::serve
