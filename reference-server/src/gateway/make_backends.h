// Chooses the backends that the options name. Stage: gateway.
#pragma once

#include <memory>

#include "gateway/backends.h"
#include "gateway/chat_application.h"

namespace plumbline::serve {

// Throws std::runtime_error with a sentence for the user when a service cannot be reached or prepared.
[[nodiscard]] std::unique_ptr<Backends> make_backends(net::ShardPool& pool, const ChatOptions& options,
                                                      const Clock& clock);

}  // namespace plumbline::serve
