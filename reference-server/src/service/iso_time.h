// Reads the ISO-8601 times that clients send back. Stage: service.
#pragma once

#include <optional>
#include <string_view>

#include "service/message.h"

namespace plumbline::serve {

// "2026-11-21T08:01:02.003Z", also without the fraction, with a numeric zone, or the date alone; without a zone it is
// UTC. Nothing when the text is anything else.
[[nodiscard]] std::optional<UnixMillis> parse_iso_time(std::string_view text);

}  // namespace plumbline::serve
