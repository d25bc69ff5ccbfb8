// Signs one access token per user (RS256, libjwt) on a thread of its own, in the order in which users connect, so that
// neither the ramp nor the event loop waits for RSA. Stage: target.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "plan/population.h"
#include "plumbline/base/clock.h"

namespace plumbline::load {

class TokenMill {
 public:
  // `key`: PEM text of the private key. Tokens hold for `lifetime`.
  TokenMill(const std::vector<User>& users, std::string key, Duration lifetime);
  ~TokenMill();
  TokenMill(const TokenMill&) = delete;
  TokenMill& operator=(const TokenMill&) = delete;

  // Any thread. Null while it is not signed yet.
  [[nodiscard]] const std::string* token(std::size_t user) const {
    return user < ready_.load(std::memory_order_acquire) ? &tokens_[user] : nullptr;
  }
  [[nodiscard]] bool failed() const { return failed_.load(); }

 private:
  void work(const std::string& key, std::int64_t issued, std::int64_t expires);

  const std::vector<User>& users_;
  std::vector<std::string> tokens_;
  std::atomic<std::size_t> ready_{0};
  std::atomic<bool> stop_{false};
  std::atomic<bool> failed_{false};
  std::thread thread_;
};

// One signed token, empty when the key is unusable.
[[nodiscard]] std::string sign_token(const User& user, const std::string& key, const std::string& token_id,
                                     std::int64_t issued, std::int64_t expires);

}  // namespace plumbline::load
