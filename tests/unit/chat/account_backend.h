// The backends of the account ports under contract: each test binary names its own in account_rows().
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "call_bench.h"
#include "store/friend_store.h"
#include "store/notice_store.h"
#include "store/session_store.h"
#include "store/user_store.h"

namespace plumbline::serve {

struct AccountBackend {
  virtual ~AccountBackend() = default;
  CallBench bench;
  virtual UserStore& users(std::size_t shard) = 0;
  virtual SessionStore& sessions(std::size_t shard) = 0;
  virtual FriendStore& friends(std::size_t shard) = 0;
  virtual NoticeStore& notices(std::size_t shard) = 0;
  // Returns once the orders given so far took effect, also those that nobody answers.
  virtual void settle() { bench.run(); }
};

struct AccountRow {
  std::string name;
  std::function<std::unique_ptr<AccountBackend>()> make;
};

inline constexpr Uuid kAda{11, 1};
inline constexpr Uuid kBen{12, 2};
inline constexpr Uuid kCleo{13, 3};
inline constexpr Uuid kDan{14, 4};

[[nodiscard]] std::vector<AccountRow> account_rows();

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
  CallBench& bench = backend->bench;
};

}  // namespace plumbline::serve
