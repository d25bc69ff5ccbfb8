#include "topology/topology.h"

#include <algorithm>
#include <array>

#include "plumbline/base/random.h"

namespace plumbline::stack {
namespace {

constexpr std::array kParts{Part::postgres, Part::redis, Part::sentinel, Part::kafka, Part::app, Part::front};

std::string hexadecimal(std::string_view bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4U];
    text += kDigits[static_cast<unsigned char>(byte) & 15U];
  }
  return text;
}

}  // namespace

std::string_view name_of(Profile profile) {
  return profile == Profile::minimal ? "minimal" : "full";
}

std::optional<Profile> profile_from(std::string_view name) {
  for (const Profile profile : {Profile::minimal, Profile::full}) {
    if (name_of(profile) == name) {
      return profile;
    }
  }
  return std::nullopt;
}

std::string_view name_of(Part part) {
  switch (part) {
    case Part::postgres:
      return "postgres";
    case Part::redis:
      return "redis";
    case Part::sentinel:
      return "sentinel";
    case Part::kafka:
      return "kafka";
    case Part::app:
      return "app";
    case Part::front:
      return "front";
  }
  return "";
}

std::vector<Node> Topology::of(Part part) const {
  std::vector<Node> found;
  std::copy_if(nodes.begin(), nodes.end(), std::back_inserter(found),
               [part](const Node& node) { return node.part == part; });
  return found;
}

const Node* Topology::find(std::string_view name) const {
  const auto found = std::find_if(nodes.begin(), nodes.end(), [name](const Node& node) { return node.name == name; });
  return found == nodes.end() ? nullptr : &*found;
}

std::string Topology::postgres_uri() const {
  const std::vector<Node> servers = of(Part::postgres);
  return servers.empty() ? std::string{}
                         : "postgresql://" + postgres_user + ":" + postgres_password + "@" + servers.front().address() +
                               "/postgres";
}

std::vector<std::string> Topology::addresses(Part part) const {
  std::vector<std::string> found;
  for (const Node& node : nodes) {
    if (node.part == part) {
      found.push_back(node.address());
    }
  }
  return found;
}

int count_of(Part part, Profile profile, int instances) {
  const bool full = profile == Profile::full;
  switch (part) {
    case Part::redis:
      return full ? 2 : 1;
    case Part::sentinel:
    case Part::kafka:
      return full ? 3 : 1;
    case Part::app:
      return instances;
    case Part::postgres:
    case Part::front:
      return 1;
  }
  return 0;
}

std::size_t ports_needed(Profile profile, int instances) {
  int ports = count_of(Part::kafka, profile, instances);  // the controllers' ports
  for (const Part part : kParts) {
    ports += part == Part::front ? 0 : count_of(part, profile, instances);
  }
  return static_cast<std::size_t>(ports);
}

Topology local_topology(Profile profile, int instances, const std::string& dir, const std::vector<std::uint16_t>& ports,
                        std::uint16_t front_port) {
  Topology made;
  made.profile = profile;
  made.redis_password = hexadecimal(secure_bytes(16));
  made.postgres_password = hexadecimal(secure_bytes(16));
  made.jwt_key = dir + "/jwt-key.pem";
  auto next = ports.begin();
  for (const Part part : kParts) {
    const int count = count_of(part, profile, instances);
    for (int number = 1; number <= count; ++number) {
      Node node;
      node.part = part;
      node.number = number;
      const bool single = part == Part::postgres || part == Part::front;
      node.name = std::string(name_of(part)) + (single ? "" : "-" + std::to_string(number));
      node.host = node.bind = "127.0.0.1";
      node.port = part == Part::front ? front_port : *next++;
      if (part == Part::kafka) {
        node.controller_port = *next++;
      }
      if (part == Part::sentinel) {
        node.id = hexadecimal(secure_bytes(20));
      }
      node.folder = dir + "/" + node.name;
      made.nodes.push_back(node);
    }
  }
  return made;
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : std::string(separator)) + word;
  }
  return text;
}

}  // namespace plumbline::stack
