// Port: log-in families and their single-use refresh tokens (decisions.md section 2, refresh). Stage: store.
#pragma once

#include <chrono>
#include <string>

#include "plumbline/base/clock.h"
#include "service/done.h"
#include "service/uuid.h"

namespace plumbline::serve {

inline constexpr std::chrono::hours kRefreshLife{7 * 24};
inline constexpr std::chrono::seconds kRefreshGrace{10};

struct LogIn {
  Uuid family;
  Uuid user;
  std::string refresh_token;  // opaque; never an access token
};

enum class Refresh : std::uint8_t {
  rotated,  // session holds the successor; within the grace every use of the same token gets the same one
  unknown,  // no such token, or its family ended
  expired,
  reused,  // spent before: the family is revoked now, session names it
};

struct RefreshOutcome {
  Refresh result{Refresh::unknown};
  LogIn session;
};

// One instance per shard, called and answering there.
class SessionStore {
 public:
  virtual ~SessionStore() = default;
  virtual void open(Uuid user, Done<LogIn> done) = 0;
  virtual void refresh(std::string token, Done<RefreshOutcome> done) = 0;
  // Errc::not_found when it was not open.
  virtual void revoke(Uuid family, Done<void> done) = 0;
};

}  // namespace plumbline::serve
