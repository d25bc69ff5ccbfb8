// /health, /health/ready and /metrics, answered for every application. Stage: gateway.
#pragma once

#include <span>
#include <string_view>

#include "plumbline/net/http.h"
#include "rest/described.h"

namespace plumbline::serve {

class Shard;

struct Observed {
  std::string_view path;
  void (*answer)(Shard& shard, const net::Respond& respond);
  Described described;
};

// The paths answered here, and the schemas that their descriptions name.
[[nodiscard]] std::span<const Observed> observed_paths();
[[nodiscard]] std::string_view observed_schemas();

// false: not one of these paths, `respond` was not used.
bool observe(Shard& shard, const net::HttpRequest& request, const net::Respond& respond);

}  // namespace plumbline::serve
