#include "container/compose_files.h"

#include "config/config_files.h"
#include "settings/settings.h"

namespace plumbline::stack {
namespace {

constexpr int kInstances = 3;
constexpr const char* kMade =
    "# Made by `plumbline stack compose`; a test compares. Change compose/src/settings instead.\n";

std::uint16_t usual_port(Part part) {
  switch (part) {
    case Part::postgres:
      return 5432;
    case Part::redis:
      return 6379;
    case Part::sentinel:
      return 26'379;
    case Part::kafka:
      return 9092;
    case Part::app:
      return 3000;
    case Part::front:
      return 8080;
  }
  return 0;
}

// Its configuration file, as compose/start.sh finds it.
TextFile config_of(const Node& node, const Topology& topology) {
  switch (node.part) {
    case Part::postgres:
      return {"config/postgresql.conf", kMade + postgres_conf(node)};
    case Part::redis:
      return {"config/" + node.name + ".conf", kMade + redis_conf(node, topology)};
    case Part::sentinel:
      return {"config/" + node.name + ".conf", kMade + sentinel_conf(node, topology)};
    case Part::kafka:
      return {"config/" + node.name + ".properties", kMade + server_properties(node, topology)};
    case Part::app:
      return {"config/" + node.name + ".yaml", kMade + serve_yaml(node, topology, true)};
    case Part::front:
      return {"config/haproxy.cfg", kMade + haproxy_cfg(topology)};
  }
  return {};
}

std::string service(const Node& node, const Topology& topology) {
  std::string text = "  " + node.name + ":\n    <<: *node\n    command: [" + std::string(name_of(node.part)) + ", " +
                     node.name + "]\n";
  if (node.part == Part::app || node.part == Part::front) {
    text += "    depends_on:\n";
    for (const Node& other : topology.nodes) {
      const bool waits =
          node.part == Part::front ? other.part == Part::app : other.part != Part::app && other.part != Part::front;
      text += waits ? "      " + other.name + ": {condition: service_started}\n" : "";
    }
    text += node.part == Part::app ? "      keys: {condition: service_completed_successfully}\n" : "";
    // An instance ends when its backends are not there yet, and the front when it cannot find an instance.
    text += "    restart: on-failure\n";
  }
  if (node.part == Part::front) {
    text += "    ports: [\"127.0.0.1:3000:" + std::to_string(node.port) + "\"]\n";
  }
  return text;
}

std::string compose_yaml(const Topology& topology) {
  std::string text = kMade;
  text +=
      "# docker-compose -f compose/compose.yaml up --build; the front answers at http://127.0.0.1:3000\n"
      "version: \"3.8\"\n"
      "x-node: &node\n"
      "  image: plumbline:latest\n"
      "  volumes: [\"./config:/config:ro\", \"keys:/keys\"]\n"
      "  init: true\n"
      "services:\n"
      "  keys:\n    <<: *node\n    build: {context: .., dockerfile: compose/Dockerfile}\n    command: [keys]\n";
  for (const Node& node : topology.nodes) {
    text += service(node, topology);
  }
  return text + "volumes:\n  keys: {}\n";
}

}  // namespace

Topology container_topology() {
  Topology made;
  made.profile = Profile::full;
  made.redis_password = made.postgres_password = "only-inside-this-network";
  made.jwt_key = "/keys/jwt-key.pem";
  const std::vector<std::uint16_t> ports(ports_needed(made.profile, kInstances), 0);
  made.nodes = local_topology(made.profile, kInstances, "", ports, 0).nodes;
  for (Node& node : made.nodes) {
    node.host = node.name;
    node.bind = "0.0.0.0";
    node.port = usual_port(node.part);
    node.controller_port = node.part == Part::kafka ? std::uint16_t{9093} : std::uint16_t{0};
    node.folder = "/stack";
    node.id = node.part == Part::sentinel ? std::string(40, static_cast<char>('0' + node.number)) : "";
  }
  return made;
}

std::vector<TextFile> compose_files() {
  const Topology topology = container_topology();
  std::vector<TextFile> files{{"compose.yaml", compose_yaml(topology)},
                              {"config/java.flags", joined(java_flags(), "\n") + "\n"},
                              {"config/log4j2.properties", kMade + log4j_properties()},
                              {"config/pg_hba.conf", kMade + postgres_hba("all")}};
  for (const Node& node : topology.nodes) {
    files.push_back(config_of(node, topology));
  }
  return files;
}

}  // namespace plumbline::stack
