// Requests to the Engine.IO path: handshakes, polls, posts and WebSocket upgrades. Stage: gateway.
#pragma once

#include "transport/http_connection.h"

namespace plumbline::serve {

class Shard;

// The header is complete, the body is not read yet.
void on_engine_head(Shard& shard, HttpConnection& connection);
// The body of an accepted POST is complete.
void on_engine_body(Shard& shard, HttpConnection& connection);

}  // namespace plumbline::serve
