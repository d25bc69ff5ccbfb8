// Refusals that several services share; the text is shown to clients. Stage: service.
#pragma once

#include "plumbline/base/result.h"

namespace plumbline::serve {

// Also for a conversation of others: who is no member cannot tell that it exists (decisions.md section 2).
inline constexpr Error kNoConversation{Errc::not_found, "conversation not found"};
inline constexpr Error kOverloaded{Errc::overflow, "more sends are under way than can be answered in time"};
inline constexpr Error kNoReceiver{Errc::not_found, "receiver not found"};

}  // namespace plumbline::serve
