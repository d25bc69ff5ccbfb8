// Access tokens: RS256 JSON Web Tokens, signed and checked. Pure functions, any thread. Stage: auth.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "auth/identity.h"
#include "plumbline/base/clock.h"
#include "plumbline/base/result.h"

namespace plumbline::serve {

inline constexpr std::chrono::minutes kAccessLife{15};
inline constexpr std::size_t kMaxTokenBytes = 8'192;

// About a millisecond of CPU: off the shards. `token_id` becomes the unique `jti`.
[[nodiscard]] Result<std::string> sign_access_token(const Identity& identity, Uuid token_id, WallTime now,
                                                    const std::string& private_pem);

// Only RS256 by our key, with a UUID as `sub` and with `exp`; never a refresh token. Errc::unauthorized with `where`
// one of kTokenExpired, kInvalidToken. About 50 µs of CPU.
[[nodiscard]] Result<Identity> check_access_token(const std::string& token, WallTime now,
                                                  const std::string& public_pem);

}  // namespace plumbline::serve
