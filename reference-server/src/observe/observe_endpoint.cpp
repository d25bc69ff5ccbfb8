#include "observe/observe_endpoint.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "gateway/server_context.h"
#include "observe/metrics_text.h"
#include "plumbline/base/version.h"
#include "transport/shard.h"

namespace plumbline::serve {
namespace {

net::HttpResponse json(unsigned status, std::string body) {
  net::HttpResponse answer;
  answer.status = status;
  answer.content_type = "application/json; charset=utf-8";
  answer.body = std::move(body);
  answer.headers.emplace_back("Cache-Control", "no-store");
  return answer;
}

// {"postgres":"ok","redis":"one sentence why not"}
std::string dependencies_json(const std::vector<Dependency>& dependencies) {
  boost::json::object all;
  for (const Dependency& each : dependencies) {
    all[each.name] = each.usable ? "ok" : each.reason;
  }
  return boost::json::serialize(all);
}

net::HttpResponse health(Shard& shard) {
  const ServerContext& server = shard.server();
  const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(shard.now() - server.started).count();
  const std::vector<Dependency> dependencies = server.application.dependencies();
  const bool embedded = dependencies.empty();
  return json(200, "{\"status\":\"ok\",\"version\":\"" + std::string(kVersion) + "\",\"app\":\"" + server.options.app +
                       "\",\"durability\":\"" + server.application.durability() + "\",\"backends\":{" +
                       (embedded ? R"("store":"memory","bus":"memory","backplane":"memory")"
                                 : R"("store":"postgres","bus":"kafka","backplane":"redis")") +
                       "},\"dependencies\":" + dependencies_json(dependencies) + ",\"shards\":" +
                       std::to_string(server.shards.size()) + ",\"uptime_s\":" + std::to_string(uptime) + "}");
}

// An instance without one of its services still serves what the others allow (failover.md d.7), so only draining takes
// it out; the body says what is away.
net::HttpResponse readiness(Shard& shard) {
  const std::string dependencies = dependencies_json(shard.server().application.dependencies());
  if (!shard.draining()) {
    return json(200, R"({"status":"ready","dependencies":)" + dependencies + "}");
  }
  net::HttpResponse answer = json(503, R"({"status":"draining","dependencies":)" + dependencies + "}");
  answer.headers.emplace_back("Retry-After", "1");
  return answer;
}

ShardSnapshot snapshot(Shard& shard) {
  ShardSnapshot taken;
  taken.shard = shard.index();
  taken.counters = shard.counters();
  taken.sessions = shard.sessions().size();
  taken.application = shard.application().metrics();
  return taken;
}

// Asks every shard in turn and answers on the one that was asked.
struct Gathering {
  std::vector<ShardSnapshot> shards;
  std::size_t missing{0};
  net::Respond respond;
};

void gather_metrics(Shard& origin, const net::Respond& respond) {
  ServerContext& server = origin.server();
  const auto gathering = std::make_shared<Gathering>();
  gathering->missing = server.shards.size();
  gathering->respond = respond;
  for (const std::unique_ptr<Shard>& each : server.shards) {
    server.pool.post_to(each->index(), [&server, &shard = *each, home = origin.index(), gathering] {
      server.pool.post_to(home, [gathering, taken = snapshot(shard)] {
        gathering->shards.push_back(taken);
        if (--gathering->missing == 0) {
          net::HttpResponse answer;
          answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
          answer.body = metrics_text(gathering->shards);
          gathering->respond(std::move(answer));
        }
      });
    });
  }
}

}  // namespace

bool observe(Shard& shard, const net::HttpRequest& request, const net::Respond& respond) {
  const bool known = request.path == "/health" || request.path == "/health/ready" || request.path == "/metrics";
  if (!known) {
    return false;
  }
  if (request.method != "GET") {
    net::HttpResponse answer = Shard::error_answer(405, "METHOD_NOT_ALLOWED", "only GET and HEAD are offered here");
    answer.headers.emplace_back("Allow", "GET, HEAD");
    respond(std::move(answer));
  } else if (request.path == "/health") {
    respond(health(shard));
  } else if (request.path == "/health/ready") {
    respond(readiness(shard));
  } else {
    gather_metrics(shard, respond);
  }
  return true;
}

}  // namespace plumbline::serve
