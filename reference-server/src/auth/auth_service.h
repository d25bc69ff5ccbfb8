// Registration, log-in, refresh and log-out (decisions.md section 2). Stage: auth.
#pragma once

#include <functional>
#include <string>

#include "auth/blocking_pool.h"
#include "auth/identity.h"
#include "auth/key_pair.h"
#include "plumbline/base/clock.h"
#include "plumbline/net/shard_pool.h"
#include "store/session_store.h"
#include "store/user_store.h"

namespace plumbline::serve {

struct LoggedIn {
  UserPtr user;
  std::string access_token;
  std::string refresh_token;
};

// One per shard. Everything that costs milliseconds runs on the blocking pool; Errc::unavailable when that is full.
class AuthService {
 public:
  struct Ports {
    net::ShardPool& shards;
    std::size_t shard;
    BlockingPool& blocking;
    const KeyPair& keys;
    UserStore& users;
    SessionStore& sessions;
    const Clock& clock;
    std::function<void(Uuid family)> end_family;  // everywhere: tokens refused, sockets closed
  };
  explicit AuthService(Ports ports);

  // `user` without id and hash. Errc::conflict: name or e-mail taken.
  void add_user(User user, std::string password, Done<UserPtr> done);
  // Errc::unauthorized, after the same work, for an unknown name and for a wrong password.
  void log_in(std::string name, std::string password, Done<LoggedIn> done);
  // Errc::unauthorized with kTokenExpired or kInvalidToken.
  void refresh(std::string refresh_token, Done<LoggedIn> done);
  void log_out(Uuid family, Done<void> done);

 private:
  template <class T>
  void on_pool(std::function<Result<T>()> work, Done<T> done);
  void issue(UserPtr user, LogIn session, Done<LoggedIn> done);

  Ports ports_;
  Rng rng_;
};

}  // namespace plumbline::serve
