#include "watch/probes.h"

#include <libpq-fe.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "plumbline/client/http_client.h"
#include "watch/redis_view.h"

namespace plumbline::stack {
namespace {

using namespace std::chrono_literals;

constexpr auto kProbeAnswer = 1s;

bool postgres_answers(const std::string& uri) {
  return PQping((uri + "?connect_timeout=2").c_str()) == PQPING_OK;
}

bool redis_settled(const Node& node, const Topology& topology) {
  const auto role = ask_redis(node, topology.redis_password);
  if (!role) {
    return false;
  }
  const bool should_lead = redis_master_address(topology) == node.address();
  return role->is_master == should_lead && (role->is_master || role->linked);
}

bool sentinel_settled(const Node& node, const Topology& topology) {
  const auto view = ask_sentinel(node, topology.redis_name);
  const auto others = static_cast<std::int64_t>(topology.of(Part::sentinel).size()) - 1;
  const auto replicas = static_cast<std::int64_t>(topology.of(Part::redis).size()) - 1;
  return view && !view->failing && view->replicas >= replicas && view->other_sentinels >= others;
}

bool http_ready(const Node& node) {
  boost::asio::io_context context{1};
  bool ready = false;
  client::HttpClient::Options options;
  options.host = node.host;
  options.port = node.port;
  client::HttpClient http{context, options};
  client::HttpCall call;
  call.target = "/health/ready";
  call.timeout = kProbeAnswer;
  http.call(call, [&](const boost::system::result<client::HttpAnswer, client::HttpFailure>& answer) {
    ready = answer && answer->response.status == 200;
    context.stop();
  });
  context.run_for(kProbeAnswer + 200ms);
  return ready;
}

bool accepts_connections(const Node& node) {
  boost::asio::io_context context{1};
  boost::asio::ip::tcp::socket socket{context};
  bool accepted = false;
  boost::system::error_code failed;
  socket.async_connect({boost::asio::ip::make_address(node.host, failed), node.port},
                       [&](boost::system::error_code error) { accepted = !error; });
  context.run_for(kProbeAnswer);
  return accepted;
}

bool broker_serves(const Node& node, const ClusterView& view) {
  // The cluster lists a killed broker until its session ends, so the port must be open as well.
  if (!accepts_connections(node)) {
    return false;
  }
  const auto seen = view.look(1s);
  return seen && std::count(seen->brokers.begin(), seen->brokers.end(), node.number) > 0;
}

}  // namespace

std::string redis_master_address(const Topology& topology) {
  std::vector<MasterView> views;
  for (const Node& sentinel : topology.of(Part::sentinel)) {
    if (const auto view = ask_sentinel(sentinel, topology.redis_name)) {
      views.push_back(*view);
    }
  }
  const auto view = newest(views);
  return view ? view->address : std::string{};
}

bool all_in_sync(const ClusterView& view, std::size_t brokers) {
  const auto seen = view.look(1s);
  return seen && seen->brokers.size() == brokers &&
         std::all_of(seen->partitions.begin(), seen->partitions.end(), [](const PartitionView& partition) {
           return partition.leader >= 0 && partition.in_sync == partition.replicas;
         });
}

bool serves(const Node& node, const Topology& topology, const ClusterView& view, bool through_front) {
  switch (node.part) {
    case Part::postgres:
      return postgres_answers(topology.postgres_uri());
    case Part::redis:
      return redis_settled(node, topology);
    case Part::sentinel:
      return sentinel_settled(node, topology);
    case Part::kafka:
      return broker_serves(node, view);
    case Part::app:
      return http_ready(node);
    case Part::front:
      return through_front ? http_ready(node) : accepts_connections(node);
  }
  return false;
}

}  // namespace plumbline::stack
