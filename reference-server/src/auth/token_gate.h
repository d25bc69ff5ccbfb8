// Turns a token into an identity, cheaply when it was seen before, and makes sure that its user exists. Stage: auth.
#pragma once

#include <array>
#include <string>
#include <unordered_map>

#include "auth/identity.h"
#include "plumbline/base/clock.h"
#include "service/done.h"
#include "store/user_store.h"

namespace plumbline::serve {

// One per shard. The signature of a token is checked once; afterwards its digest is looked up.
class TokenGate {
 public:
  TokenGate(std::string public_pem, UserStore& users, const Clock& clock)
      : public_pem_(std::move(public_pem)), users_(users), clock_(clock) {}

  // Errc::unauthorized with `where` kTokenExpired or kInvalidToken. An unknown user is created when the token names
  // one.
  void identify(const std::string& token, Done<IdentityPtr> done);

  // Tokens of that family are refused from now on.
  void revoke(Uuid family);

  static constexpr std::size_t kRemembered = 65'536;  // per generation; two generations are kept

 private:
  using Digest = std::array<unsigned char, 32>;
  struct Hash {
    std::size_t operator()(const Digest& digest) const noexcept;
  };
  using Generation = std::unordered_map<Digest, IdentityPtr, Hash>;

  [[nodiscard]] static Digest digest_of(const std::string& token);
  [[nodiscard]] IdentityPtr recall(const Digest& digest);
  void remember(const Digest& digest, const IdentityPtr& identity);
  [[nodiscard]] Result<IdentityPtr> still_good(const IdentityPtr& identity) const;

  std::string public_pem_;
  UserStore& users_;
  const Clock& clock_;
  Generation recent_;
  Generation older_;
  std::unordered_map<Uuid, Time> revoked_;  // family -> when its last access token has expired by itself
};

}  // namespace plumbline::serve
