#include "gateway/make_backends.h"

#include <stdexcept>

#include "gateway/memory_backends.h"

namespace plumbline::serve {

std::unique_ptr<Backends> make_backends(net::ShardPool& pool, const ChatOptions& options, const Clock& clock) {
  if (options.backends.real()) {
    throw std::runtime_error("this version serves from memory only; leave out --postgres, --redis-sentinels, --kafka");
  }
  return std::make_unique<MemoryBackends>(pool, options.login_lockout, clock);
}

}  // namespace plumbline::serve
