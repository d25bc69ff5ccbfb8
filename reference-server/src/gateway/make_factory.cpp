#include "gateway/make_factory.h"

#include "echo/echo_application.h"
#include "gateway/chat_application.h"

namespace plumbline::serve {

std::unique_ptr<ApplicationFactory> make_factory(net::ShardPool& pool, const ServeOptions& options,
                                                 const Clock& clock) {
  if (options.app == "chat") {
    return make_chat_factory(pool,
                             ChatOptions{options.dialect, options.jwt_key_file, options.rate_limits,
                                         options.login_lockout, options.backends},
                             clock);
  }
  RecoveryLimits recovery;
  recovery.window = options.recovery_window;
  recovery.unnoticed = options.ping_interval + options.ping_timeout;
  // engine-echo needs no Socket.IO: it gets the one without REST
  return std::make_unique<EchoFactory>(pool, recovery, clock, options.cluster);
}

}  // namespace plumbline::serve
