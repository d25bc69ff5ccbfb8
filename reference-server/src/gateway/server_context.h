// What all shards of one server share: immutable once the threads run. Stage: gateway.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/serve_options.h"
#include "plumbline/net/shard_pool.h"
#include "plumbline/socketio/server_options.h"
#include "transport/http_answer.h"
#include "transport/shard.h"

namespace plumbline::serve {

struct ServerContext {
  const ServeOptions& options;
  net::ShardPool& pool;
  const Clock& clock;
  const ApplicationFactory& application;
  engineio::ServerOptions engine;
  CorsPolicy cors;
  bool engine_echo{false};
  Time started;
  std::vector<std::unique_ptr<Shard>> shards;
};

}  // namespace plumbline::serve
