#include "observe/observe_endpoint.h"

#include <algorithm>
#include <array>
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
  const bool real = server.options.backends.real();
  const std::string stores = real ? R"("store":"postgres","bus":"kafka")" : R"("store":"memory","bus":"memory")";
  const std::string backplane = real || server.options.cluster ? "redis" : "memory";
  return json(200, "{\"status\":\"ok\",\"version\":\"" + std::string(kVersion) + "\",\"app\":\"" + server.options.app +
                       "\",\"durability\":\"" + server.application.durability() + "\",\"backends\":{" + stores +
                       ",\"backplane\":\"" + backplane + "\"},\"dependencies\":" + dependencies_json(dependencies) +
                       ",\"shards\":" + std::to_string(server.shards.size()) +
                       ",\"uptime_s\":" + std::to_string(uptime) + "}");
}

// An instance without one of its services still serves what the others allow (failover.md d.7), so only starting and
// draining take it out; the body says what is away.
net::HttpResponse readiness(Shard& shard) {
  const std::string dependencies = dependencies_json(shard.server().application.dependencies());
  const bool starting = !shard.server().application.ready();
  if (!shard.draining() && !starting) {
    return json(200, R"({"status":"ready","dependencies":)" + dependencies + "}");
  }
  net::HttpResponse answer = json(503, std::string(R"({"status":")") + (starting ? "starting" : "draining") +
                                           R"(","dependencies":)" + dependencies + "}");
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

void answer_health(Shard& shard, const net::Respond& respond) {
  respond(health(shard));
}

void answer_readiness(Shard& shard, const net::Respond& respond) {
  respond(readiness(shard));
}

constexpr std::array kObserved{
    Observed{"/health",
             answer_health,
             {"getHealth", "That the process runs, and what it is", "", "", {{{200, "It runs", "Health"}}}}},
    Observed{"/health/ready",
             answer_readiness,
             {"getReadiness",
              "Whether to send requests here; a service that is away alone does not say no",
              "",
              "",
              {{{200, "Ready", "Readiness"}, {503, "Not now: it is starting or shutting down", "Readiness"}}}}},
    Observed{"/metrics",
             gather_metrics,
             {"getMetrics",
              "All counters, summed over the shards, as Prometheus reads them",
              "",
              "",
              {{{200, "Text format 0.0.4", "", "text/plain"}}}}},
};
static_assert(std::all_of(kObserved.begin(), kObserved.end(),
                          [](const Observed& one) { return complete(one.described); }));

constexpr std::string_view kObservedSchemas = R"json(
{
"Health": {
  "type": "object", "required": ["status", "version", "app", "durability", "backends", "dependencies", "shards", "uptime_s"],
  "properties": {
    "status": {"const": "ok"},
    "version": {"type": "string"},
    "app": {"type": "string"},
    "durability": {"type": "string"},
    "backends": {
      "type": "object", "required": ["store", "bus", "backplane"], "additionalProperties": {"type": "string"}},
    "dependencies": {"$ref": "#/components/schemas/Dependencies"},
    "shards": {"type": "integer", "minimum": 1},
    "uptime_s": {"type": "integer", "minimum": 0}}},
"Dependencies": {
  "type": "object", "additionalProperties": {"type": "string"},
  "description": "of each service behind this instance: `ok`, or one sentence why it is not used"},
"Readiness": {
  "type": "object", "required": ["status", "dependencies"],
  "properties": {
    "status": {"enum": ["ready", "draining"]},
    "dependencies": {"$ref": "#/components/schemas/Dependencies"}}}
}
)json";

}  // namespace

std::span<const Observed> observed_paths() {
  return kObserved;
}

std::string_view observed_schemas() {
  return kObservedSchemas;
}

bool observe(Shard& shard, const net::HttpRequest& request, const net::Respond& respond) {
  const auto* const found = std::find_if(kObserved.begin(), kObserved.end(),
                                         [&request](const Observed& one) { return one.path == request.path; });
  if (found == kObserved.end()) {
    return false;
  }
  if (request.method == "GET") {
    found->answer(shard, respond);
    return true;
  }
  net::HttpResponse answer = Shard::error_answer(405, "METHOD_NOT_ALLOWED", "only GET and HEAD are offered here");
  answer.headers.emplace_back("Allow", "GET, HEAD");
  respond(std::move(answer));
  return true;
}

}  // namespace plumbline::serve
