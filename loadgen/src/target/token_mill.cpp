#include "target/token_mill.h"

#include <jwt.h>

#include <cstdlib>
#include <memory>

#include "plumbline/base/ids.h"
#include "plumbline/base/random.h"

namespace plumbline::load {

std::string sign_token(const User& user, const std::string& key, const std::string& token_id, std::int64_t issued,
                       std::int64_t expires) {
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) {
    return {};
  }
  const std::unique_ptr<jwt_t, decltype(&jwt_free)> jwt{raw, &jwt_free};
  const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
  const bool filled = jwt_add_grant(raw, "sub", user.id.c_str()) == 0 &&
                      jwt_add_grant(raw, "username", user.name.c_str()) == 0 &&
                      jwt_add_grant(raw, "jti", token_id.c_str()) == 0 && jwt_add_grant_int(raw, "iat", issued) == 0 &&
                      jwt_add_grant_int(raw, "exp", expires) == 0 &&
                      jwt_set_alg(raw, JWT_ALG_RS256, bytes, static_cast<int>(key.size())) == 0;
  char* text = filled ? jwt_encode_str(raw) : nullptr;
  std::string token = text != nullptr ? text : "";
  std::free(text);
  return token;
}

TokenMill::TokenMill(const std::vector<User>& users, std::string key, Duration lifetime)
    : users_(users), tokens_(users.size()) {
  const std::int64_t issued = unix_seconds(wall_now());
  const std::int64_t expires = issued + std::chrono::duration_cast<std::chrono::seconds>(lifetime).count();
  thread_ = std::thread([this, pem = std::move(key), issued, expires] { work(pem, issued, expires); });
}

TokenMill::~TokenMill() {
  stop_ = true;
  thread_.join();
}

void TokenMill::work(const std::string& key, std::int64_t issued, std::int64_t expires) {
  Rng ids{entropy_seed()};
  for (std::size_t i = 0; i < users_.size() && !stop_; ++i) {
    tokens_[i] = sign_token(users_[i], key, uuid_v4(ids), issued, expires);
    if (tokens_[i].empty()) {
      failed_ = true;
      return;
    }
    ready_.store(i + 1, std::memory_order_release);
  }
}

}  // namespace plumbline::load
