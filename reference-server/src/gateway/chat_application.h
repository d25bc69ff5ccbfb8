// The chat core behind the transports: REST and sockets of the messenger dialect. Stage: gateway.
#pragma once

#include <memory>
#include <string>

#include "backplane/login_lockout.h"
#include "config/backend_options.h"
#include "gateway/application.h"
#include "plumbline/base/clock.h"
#include "plumbline/net/shard_pool.h"

namespace plumbline::serve {

struct ChatOptions {
  std::string dialect{"messenger"};
  std::string jwt_key_file;  // PEM private key (RSA); empty: a fresh one is generated
  bool rate_limits{true};
  LockoutLadder login_lockout{messenger_ladder()};  // empty: off
  BackendOptions backends;                          // empty: memory
};

// One Application per shard of `pool`; pool and clock must outlive the factory. Throws std::runtime_error with a
// sentence for the user when the key file cannot be read, is no RSA private key, or the dialect is not offered.
[[nodiscard]] std::unique_ptr<ApplicationFactory> make_chat_factory(net::ShardPool& pool, const ChatOptions& options,
                                                                    const Clock& clock);

}  // namespace plumbline::serve
