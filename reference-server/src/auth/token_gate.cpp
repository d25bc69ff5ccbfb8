#include "auth/token_gate.h"

#include <sodium.h>

#include <cstring>

#include "auth/token.h"

namespace plumbline::serve {

std::size_t TokenGate::Hash::operator()(const Digest& digest) const noexcept {
  std::size_t first = 0;
  std::memcpy(&first, digest.data(), sizeof first);
  return first;
}

TokenGate::Digest TokenGate::digest_of(const std::string& token) {
  Digest digest;
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(token.data()), token.size(),
                     nullptr, 0);
  return digest;
}

IdentityPtr TokenGate::recall(const Digest& digest) {
  if (const auto found = recent_.find(digest); found != recent_.end()) {
    return found->second;
  }
  const auto found = older_.find(digest);
  if (found == older_.end()) {
    return nullptr;
  }
  IdentityPtr identity = found->second;
  remember(digest, identity);
  return identity;
}

// Two generations instead of a use list: bounded, and what is in use moves on by being used.
void TokenGate::remember(const Digest& digest, const IdentityPtr& identity) {
  if (recent_.size() >= kRemembered) {
    older_ = std::exchange(recent_, {});
  }
  recent_[digest] = identity;
}

Result<IdentityPtr> TokenGate::still_good(const IdentityPtr& identity) const {
  if (identity->expires <= unix_seconds(clock_.wall_now())) {
    return Error{Errc::unauthorized, kTokenExpired};
  }
  if (!identity->family.is_nil() && revoked_.contains(identity->family)) {
    return Error{Errc::unauthorized, kInvalidToken};
  }
  return identity;
}

void TokenGate::identify(const std::string& token, Done<IdentityPtr> done) {
  const Digest digest = digest_of(token);
  if (const IdentityPtr known = recall(digest)) {
    done(still_good(known));
    return;
  }
  Result<Identity> checked = check_access_token(token, clock_.wall_now(), public_pem_);
  if (checked.has_error()) {
    done(checked.error());
    return;
  }
  const auto identity = std::make_shared<const Identity>(std::move(checked.value()));
  const auto admit = [this, digest, identity, done = std::move(done)](const Result<UserPtr>& user) {
    if (user.has_error()) {
      const bool nobody = user.error().code == Errc::not_found;
      done(nobody ? Error{Errc::unauthorized, kInvalidToken} : user.error());
      return;
    }
    remember(digest, identity);
    done(still_good(identity));
  };
  if (identity->username.empty()) {
    users_.find(identity->user, admit);
  } else {
    users_.ensure(identity->user, identity->username, admit);
  }
}

void TokenGate::revoke(Uuid family) {
  const Time now = clock_.now();
  std::erase_if(revoked_, [now](const auto& entry) { return entry.second <= now; });
  revoked_[family] = now + kAccessLife;
}

}  // namespace plumbline::serve
