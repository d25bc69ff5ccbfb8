#include "gateway/make_backends.h"

#include "gateway/memory_backends.h"
#include "gateway/real_backends.h"

namespace plumbline::serve {

std::unique_ptr<Backends> make_backends(net::ShardPool& pool, const ChatOptions& options, const Clock& clock) {
  if (options.backends.real()) {
    return std::make_unique<RealBackends>(pool, options.backends, options.login_lockout, clock);
  }
  return std::make_unique<MemoryBackends>(pool, options.login_lockout, clock);
}

}  // namespace plumbline::serve
