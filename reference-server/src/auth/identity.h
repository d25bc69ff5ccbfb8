// Who is speaking, as proved by an access token. Stage: auth.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "service/uuid.h"

namespace plumbline::serve {

struct Identity {
  Uuid user;
  Uuid family;              // log-in family; nil for tokens that somebody else signed with our key
  std::int64_t expires{0};  // unix seconds
  std::string username;     // may be empty when the token did not say
};
using IdentityPtr = std::shared_ptr<const Identity>;

// Error::where of every authentication failure, and its code on the wire (decisions.md section 2).
inline constexpr std::string_view kNoToken = "NO_TOKEN";
inline constexpr std::string_view kTokenExpired = "TOKEN_EXPIRED";
inline constexpr std::string_view kInvalidToken = "INVALID_TOKEN";

}  // namespace plumbline::serve
