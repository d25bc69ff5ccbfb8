#include "config/config_files.h"

#include "settings/settings.h"

namespace plumbline::stack {
namespace {

std::string lines(const Settings& settings, const std::string& before, const std::string& between) {
  std::string text;
  for (const auto& [key, value] : settings) {
    text += before;
    text += key;
    text += between;
    text += value;
    text += '\n';
  }
  return text;
}

}  // namespace

std::string postgres_conf(const Node& node) {
  std::string text = "listen_addresses = '" + node.bind + "'\nport = " + std::to_string(node.port) + "\n";
  for (const auto& [key, value] : postgres_settings()) {
    text += key;
    text += " = '";
    text += value;
    text += "'\n";
  }
  return text;
}

std::string postgres_hba(const std::string& network) {
  return "host all all " + network + " scram-sha-256\n";
}

std::string redis_conf(const Node& node, const Topology& topology) {
  std::string text = "bind " + node.bind + "\nport " + std::to_string(node.port) + "\ndir " + node.folder + "/data\n" +
                     "replica-announce-ip " + node.host + "\nreplica-announce-port " + std::to_string(node.port) +
                     "\nrequirepass " + topology.redis_password + "\nmasterauth " + topology.redis_password + "\n" +
                     lines(redis_settings(), "", " ");
  const Node master = topology.of(Part::redis).front();
  if (node.name != master.name) {
    text += "replicaof " + master.host + " " + std::to_string(master.port) + "\n";
  }
  return text;
}

std::string sentinel_conf(const Node& node, const Topology& topology) {
  const std::string& name = topology.redis_name;
  const std::vector<Node> servers = topology.of(Part::redis);
  std::string text = "bind " + node.bind + "\nport " + std::to_string(node.port) + "\ndir " + node.folder + "/data\n" +
                     "sentinel resolve-hostnames yes\nsentinel announce-hostnames yes\n" +        //
                     "sentinel announce-ip " + node.host + "\nsentinel myid " + node.id + "\n" +  //
                     "sentinel monitor " + name + " " + servers.front().host + " " +
                     std::to_string(servers.front().port) + " " + std::to_string(sentinel_quorum(topology.profile)) +
                     "\nsentinel auth-pass " + name + " " + topology.redis_password + "\n";
  for (const auto& [key, value] : sentinel_settings()) {
    text += "sentinel ";
    text += key;
    text += " ";
    text += name;
    text += " ";
    text += value;
    text += "\n";
  }
  for (std::size_t i = 1; i < servers.size(); ++i) {
    text += "sentinel known-replica " + name + " " + servers[i].host + " " + std::to_string(servers[i].port) + "\n";
  }
  for (const Node& other : topology.of(Part::sentinel)) {
    if (other.name != node.name) {
      text += "sentinel known-sentinel " + name + " " + other.host + " " + std::to_string(other.port) + " " + other.id +
              "\n";
    }
  }
  return text;
}

std::string server_properties(const Node& node, const Topology& topology) {
  std::vector<std::string> voters;
  for (const Node& other : topology.of(Part::kafka)) {
    voters.push_back(std::to_string(other.number) + "@" + other.host + ":" + std::to_string(other.controller_port));
  }
  const Settings own{
      {"process.roles", "broker,controller"},
      {"node.id", std::to_string(node.number)},
      {"controller.quorum.voters", joined(voters, ",")},
      {"listeners", "PLAINTEXT://" + node.bind + ":" + std::to_string(node.port) + ",CONTROLLER://" + node.bind + ":" +
                        std::to_string(node.controller_port)},
      {"advertised.listeners", "PLAINTEXT://" + node.address()},
      {"controller.listener.names", "CONTROLLER"},
      {"inter.broker.listener.name", "PLAINTEXT"},
      {"listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"},
      {"log.dirs", node.folder + "/data"},
  };
  return lines(own, "", "=") + lines(kafka_settings(topology.profile), "", "=");
}

std::string log4j_properties() {
  return "appender.out.type=Console\n"
         "appender.out.name=out\n"
         "appender.out.layout.type=PatternLayout\n"
         "appender.out.layout.pattern=%d{ISO8601}{UTC}Z %p %m (%c{1})%n\n"
         "rootLogger.level=warn\n"
         "rootLogger.appenderRefs=out\n"
         "rootLogger.appenderRef.out.ref=out\n"
         "logger.server.name=kafka.server\n"
         "logger.server.level=info\n"
         "logger.raft.name=org.apache.kafka.raft\n"
         "logger.raft.level=info\n";
}

std::string serve_yaml(const Node& node, const Topology& topology, bool with_backends) {
  std::string text = "host: " + node.bind + "\nport: " + std::to_string(node.port) + "\nport-file: " + node.folder +
                     "/port\njwt-key: " + topology.jwt_key + "\nrate-limits: off\n";
  if (with_backends) {
    text += "instance: " + node.name + "\npostgres: " + topology.postgres_uri() +
            "\nredis-sentinels: " + joined(topology.addresses(Part::sentinel), ",") +
            "\nredis-name: " + topology.redis_name + "\nredis-password: " + topology.redis_password +
            "\nkafka: " + joined(topology.addresses(Part::kafka), ",") + "\n";
  }
  return text;
}

std::string haproxy_cfg(const Topology& topology) {
  const Node front = topology.of(Part::front).front();
  std::string text =
      "global\n"
      "  nbthread 1\n"
      "  tune.bufsize 32768\n"
      "  log stderr format raw daemon info\n"
      "defaults\n"
      "  mode http\n"
      "  log global\n"
      "  retries 10\n"  // enough to meet a living instance when several have just died
      "  option redispatch 1\n"
      "  option splice-auto\n"
      // One line for each request that met an error, a retry or another instance; none for the others.
      "  option httplog\n"
      "  option dontlog-normal\n" +
      lines(front_timeouts(), "  timeout ", " ") + "frontend front\n  bind " + front.bind + ":" +
      std::to_string(front.port) + "\n  default_backend instances\n" +
      "backend instances\n"
      // Whoever sends a token always meets the same instance and so reads what it wrote; others take turns.
      "  balance hdr(Authorization)\n"
      "  hash-type consistent\n"
      // A polling client must stay with the instance that knows its session: the answer to the handshake names it.
      "  stick-table type string len 64 size 200k expire 5m\n"
      "  http-request set-var(txn.handshake) bool(1) if { path_beg /socket.io/ } !{ url_param(sid) -m found }\n"
      "  http-response wait-for-body time 1s if { var(txn.handshake) -m bool }\n"
      "  stick match url_param(sid)\n"
      "  stick store-response \"res.body,field(4,'\\\"')\" if { var(txn.handshake) -m bool }\n"
      "  option httpchk GET /health/ready\n";
  for (const Node& app : topology.of(Part::app)) {
    text += "  server " + app.name + " " + app.address() + " " + front_server_options() + "\n";
  }
  return text;
}

}  // namespace plumbline::stack
