// Which application the options ask for. Stage: gateway.
#pragma once

#include <memory>

#include "config/serve_options.h"
#include "gateway/application.h"
#include "plumbline/net/shard_pool.h"

namespace plumbline::serve {

// Throws std::runtime_error with a sentence for the user when it cannot be set up.
[[nodiscard]] std::unique_ptr<ApplicationFactory> make_factory(net::ShardPool& pool, const ServeOptions& options,
                                                               const Clock& clock);

}  // namespace plumbline::serve
