// /health, /health/ready and /metrics, answered for every application. Stage: gateway.
#pragma once

#include "plumbline/net/http.h"

namespace plumbline::serve {

class Shard;

// false: not one of these paths, `respond` was not used.
bool observe(Shard& shard, const net::HttpRequest& request, const net::Respond& respond);

}  // namespace plumbline::serve
