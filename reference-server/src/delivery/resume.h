// What a device says it has already, in `auth.cursors` of its CONNECT: {"<conversationId>": <highest sequenceId>}. An
// extension of the messenger dialect (failover.md d.6): it makes resuming exact per device and on any instance; clients
// without it get what no device of their user got. Stage: delivery.
#pragma once

#include <string_view>
#include <vector>

#include "plumbline/base/result.h"
#include "store/message_store.h"

namespace plumbline::serve {

inline constexpr std::size_t kMaxCursors = 10'000;

// `auth` is the JSON object of the CONNECT packet. Errc::malformed with a sentence for the client.
[[nodiscard]] Result<std::vector<SeenUpTo>> read_cursors(std::string_view auth);

}  // namespace plumbline::serve
