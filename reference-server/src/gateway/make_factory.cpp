#include "gateway/make_factory.h"

#include "echo/echo_application.h"

namespace plumbline::serve {

std::unique_ptr<ApplicationFactory> make_factory(net::ShardPool& pool, const ServeOptions&, const Clock&) {
  return std::make_unique<EchoFactory>(pool);
}

}  // namespace plumbline::serve
