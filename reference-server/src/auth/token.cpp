#include "auth/token.h"

#include <jwt.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <cstdlib>
#include <memory>

namespace plumbline::serve {
namespace {

constexpr Error kInvalidJwt{Errc::unauthorized, kInvalidToken};
constexpr double kLatestDate = 9'007'199'254'740'992.0;  // seconds; above it a double is no exact integer

struct FreeJwt {
  void operator()(jwt_t* token) const { jwt_free(token); }
};
using JwtPtr = std::unique_ptr<jwt_t, FreeJwt>;

struct FreeText {
  void operator()(char* text) const { std::free(text); }
};

const unsigned char* bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string_view text_grant(jwt_t* token, const char* name) {
  const char* value = jwt_get_grant(token, name);
  return value == nullptr ? std::string_view{} : std::string_view{value};
}

enum class Presence { required, optional };

// A NumericDate (RFC 7519 section 2), its fraction cut off. Absent is 0 where optional; anything but a number is an
// error. jwt_get_grant_int cannot tell -1 from a claim of another type, so the claim is read as JSON.
Result<std::int64_t> date_grant(jwt_t* token, const char* name, Presence presence) {
  const std::unique_ptr<char, FreeText> text(jwt_get_grants_json(token, name));
  if (!text) {
    return presence == Presence::optional ? Result<std::int64_t>{0} : Result<std::int64_t>{kInvalidJwt};
  }
  boost::system::error_code ec;
  const boost::json::value value = boost::json::parse(text.get(), ec);
  if (ec) {
    return kInvalidJwt;
  }
  if (const std::int64_t* whole = value.if_int64()) {
    return *whole;
  }
  const double* date = value.if_double();
  if (date == nullptr || !(std::abs(*date) < kLatestDate)) {
    return kInvalidJwt;
  }
  return static_cast<std::int64_t>(*date);
}

}  // namespace

Result<std::string> sign_access_token(const Identity& identity, Uuid token_id, WallTime now,
                                      const std::string& private_pem) {
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) {
    return Error{Errc::unavailable, "out of memory for a token"};
  }
  const JwtPtr token(raw);
  const bool built = jwt_add_grant(raw, "sub", identity.user.text().c_str()) == 0 &&
                     jwt_add_grant(raw, "sid", identity.family.text().c_str()) == 0 &&
                     jwt_add_grant(raw, "username", identity.username.c_str()) == 0 &&
                     jwt_add_grant(raw, "jti", token_id.text().c_str()) == 0 &&
                     jwt_add_grant_int(raw, "iat", unix_seconds(now)) == 0 &&
                     jwt_add_grant_int(raw, "exp", unix_seconds(now + kAccessLife)) == 0 &&
                     jwt_set_alg(raw, JWT_ALG_RS256, bytes(private_pem), static_cast<int>(private_pem.size())) == 0;
  const std::unique_ptr<char, FreeText> text(built ? jwt_encode_str(raw) : nullptr);
  return text ? Result<std::string>{std::string{text.get()}}
              : Result<std::string>{Error{Errc::unavailable, "cannot sign a token"}};
}

Result<Identity> check_access_token(const std::string& token, WallTime now, const std::string& public_pem) {
  if (token.size() > kMaxTokenBytes || token.find('\0') != std::string::npos) {
    return kInvalidJwt;
  }
  jwt_t* raw = nullptr;
  // The library checks the signature by the algorithm that the token itself names: an HMAC made with our public key
  // would pass here, so the algorithm decides afterwards.
  if (jwt_decode(&raw, token.c_str(), bytes(public_pem), static_cast<int>(public_pem.size())) != 0) {
    return kInvalidJwt;
  }
  const JwtPtr decoded(raw);
  if (jwt_get_alg(raw) != JWT_ALG_RS256) {
    return kInvalidJwt;
  }
  const auto user = Uuid::parse(text_grant(raw, "sub"));
  const Result<std::int64_t> expires = date_grant(raw, "exp", Presence::required);
  const Result<std::int64_t> not_before = date_grant(raw, "nbf", Presence::optional);
  if (!user || expires.has_error() || not_before.has_error() || text_grant(raw, "type") == "refresh") {
    return kInvalidJwt;
  }
  const std::int64_t at = unix_seconds(now);
  if (expires.value() <= at) {
    return Error{Errc::unauthorized, kTokenExpired};
  }
  if (not_before.value() > at) {
    return kInvalidJwt;
  }
  return Identity{*user, Uuid::parse(text_grant(raw, "sid")).value_or(Uuid{}), expires.value(),
                  std::string{text_grant(raw, "username")}};
}

}  // namespace plumbline::serve
