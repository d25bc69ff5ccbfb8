// Log-in lockouts in Redis: failures of a name count together whichever instance saw them. Stage: backplane.
#pragma once

#include <functional>

#include "backplane/login_lockout.h"
#include "backplane/redis/redis_session.h"

namespace plumbline::serve {

// Keys `failed_login:{name}` (a count, for kFailureMemory from the first) and `login_lockout:{name}` (until when, gone
// by then); names as digests, so that nobody reads in Redis who tries what. What Redis cannot be told while it is away
// is counted by `local`, whose word is heard as well: guessing stays limited per instance, and nobody is locked out of
// a server whose Redis is gone. Redis is not the truth here either: a failover may forget failures, never invent them.
class RedisLoginLockout final : public LoginLockout {
 public:
  // `local`, of the same ladder, outlives it.
  RedisLoginLockout(RedisSession& session, LoginLockout& local, LockoutLadder ladder);

  void wait_of(std::string name, Done<std::uint32_t> done) override;
  void failed(std::string name, Done<void> done) override;
  void succeeded(std::string name, Done<void> done) override;

  [[nodiscard]] std::uint64_t refused() const { return refused_; }          // by what Redis said
  [[nodiscard]] std::uint64_t unavailable() const { return unavailable_; }  // questions that Redis did not answer

 private:
  RedisSession& session_;
  LoginLockout& local_;
  LockoutLadder ladder_;
  std::vector<std::string> rungs_;  // failures and milliseconds, alternately
  std::uint64_t refused_{0};
  std::uint64_t unavailable_{0};
};

}  // namespace plumbline::serve
